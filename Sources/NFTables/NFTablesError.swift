/// Commands that libnftables or the kernel refused. Nothing of the transaction is in force.
package struct NFTablesError: Error, Hashable, CustomStringConvertible {
  /// What `nft_run_cmd_from_buffer` returned: negative.
  package let code: Int32
  /// libnftables' words, which name the line: for people and logs.
  package let message: String

  package init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  /// The first line of the message, which is the one that says what is wrong.
  package var description: String {
    "nftables: \(message.split(separator: "\n").first ?? "refused") (\(code))"
  }
}
