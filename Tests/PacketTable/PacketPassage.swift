package import Netlink

/// One question to a network: does this come from here to there?
package struct PacketPassage: Sendable {
  private let sender: TestPort
  private let from: Tap
  private let to: Tap
  /// Tells this question's last frame from that of any other.
  private let number: Int

  /// - Parameter number: Another one each time.
  package init(_ sender: TestPort, from: Tap, to: Tap, number: Int) {
    (self.sender, self.from, self.to, self.number) = (sender, from, to, number)
  }

  /// Whether a frame comes through that has `token` in it, or is the first of those sent.
  ///
  /// A frame that always passes is sent after the others; whatever did not come before that does not come at all. Throws
  /// ``Silence`` if not even that comes.
  package func passes(_ frames: [[UInt8]], looking token: [UInt8]? = nil) throws -> Bool {
    let address = sender.addresses.first { !$0.contains(":") } ?? "0.0.0.0"
    let target = "203.0.\(number / 256 % 256).\(number % 256)"
    let last = Frame.arp(sender.macAddress, sender: (sender.macAddress, address), target: target)
    // What came before is no answer to this question.
    while try to.receive(within: 0) != nil {}
    for frame in frames { try from.send(frame) }
    try from.send(last)
    let wanted = token ?? frames[0]
    var passed = false
    while let frame = try to.receive(within: 5000) {
      if frame == last { return passed }
      if frame.contains(wanted) { passed = true }
    }
    throw Silence(description: "not even \(sender.name)'s ARP request came to \(to.name)")
  }

  /// Two ports do not hear each other at all.
  package struct Silence: Error, CustomStringConvertible {
    package let description: String
  }
}

extension [UInt8] {
  /// Whether the bytes are in here.
  fileprivate func contains(_ bytes: [UInt8]) -> Bool {
    guard count >= bytes.count else { return false }
    return (0...count - bytes.count).contains { self[$0..<$0 + bytes.count].elementsEqual(bytes) }
  }
}
