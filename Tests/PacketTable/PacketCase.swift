/// Who may send what to whom: a row a packet.
package struct PacketCase: CustomStringConvertible, Sendable {
  package let name: String
  package let from: String
  package let to: String
  package let passes: Bool
  package let frames: @Sendable () -> [[UInt8]]
  package var token: [UInt8]?

  package init(
    _ name: String, _ from: String, _ to: String, passes: Bool, _ frame: @escaping @Sendable () -> [UInt8]
  ) {
    (self.name, self.from, self.to, self.passes) = (name, from, to, passes)
    frames = { [frame()] }
  }

  package init(
    _ name: String, _ from: String, _ to: String, passes: Bool, token: [UInt8],
    fragments: @escaping @Sendable () -> [[UInt8]]
  ) {
    (self.name, self.from, self.to, self.passes, self.token) = (name, from, to, passes, token)
    frames = fragments
  }

  package var description: String { name }
}
