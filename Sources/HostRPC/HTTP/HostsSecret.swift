/// The secret that hosts show, compared in a time that tells nothing of where a guess is wrong.
struct HostsSecret: Sendable {
  private let bytes: [UInt8]

  init(_ secret: String) {
    precondition(!secret.isEmpty, "the hosts' secret is empty")
    bytes = Array(secret.utf8)
  }

  /// Whether `authorization` is `Bearer` and the secret.
  func admits(authorization: String?) -> Bool {
    guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
    let guess = Array(authorization.utf8.dropFirst("Bearer ".utf8.count))
    var difference = guess.count ^ bytes.count
    // As many steps as the guess is long, whatever it says: the secret's length and bytes do not show in the time.
    for index in guess.indices {
      difference |= Int(guess[index] ^ bytes[index % bytes.count])
    }
    return difference == 0
  }
}
