import Crypto
import CryptoExtras
import HTTPTypes
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import OpenStackHTTP

/// Hashes passwords with scrypt (RFC 7914) and checks them, on threads of its own: a hash takes a tenth of a second.
package struct PasswordHasher: Sendable {
  /// What scrypt costs whoever guesses.
  package struct Cost: Sendable {
    /// The logarithm of the memory cost: 15 means 32 MiB with a block size of 8.
    package var logarithmOfRounds: Int
    package var blockSize: Int
    package var parallelism: Int

    package init(logarithmOfRounds: Int, blockSize: Int, parallelism: Int) {
      self.logarithmOfRounds = logarithmOfRounds
      self.blockSize = blockSize
      self.parallelism = parallelism
    }

    /// One of the settings that OWASP's password storage page holds to be equally strong. Of these it is the first whose
    /// memory, 32 MiB and a little, glibc gives back to the kernel each time: what is smaller it may keep.
    package static let standard = Cost(logarithmOfRounds: 15, blockSize: 8, parallelism: 3)
  }

  private let cost: Cost
  private let underWay = NIOLockedValueBox(0)
  private let limit: Int

  /// - Parameter limit: More passwords than this at once are refused: each waits for a thread and 32 MiB.
  package init(cost: Cost = .standard, limit: Int = 64) {
    self.cost = cost
    self.limit = limit
  }

  /// - Returns: `$scrypt$ln=15,r=8,p=3$salt$key`.
  package func hash(_ password: String) async throws -> String {
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let key = try await offTheEventLoop { [cost] in try Self.key(password, salt: salt, cost: cost) }
    return "$scrypt$ln=\(cost.logarithmOfRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
      + "$\(Base64URL.encoded(salt))$\(Base64URL.encoded(key))"
  }

  /// Whether the password is the one that was hashed. Without a hash the same time is spent and the answer is no, so
  /// that nobody learns from the clock which users exist.
  package func verify(_ password: String, against hash: String?) async throws -> Bool {
    let stored =
      hash.flatMap(StoredHash.init) ?? StoredHash(cost: cost, salt: [UInt8](repeating: 0, count: 16), key: [])
    let key = try await offTheEventLoop { try Self.key(password, salt: stored.salt, cost: stored.cost) }
    return Self.areEqual(key, stored.key)
  }

  private func offTheEventLoop<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    let isAdmitted = underWay.withLockedValue { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    guard isAdmitted else { throw APIError(.serviceUnavailable, "Too many log-ins are under way; try again.") }
    defer { underWay.withLockedValue { $0 -= 1 } }
    return try await Self.threads.runIfActive(work)
  }

  /// Apart from the threads that read and write files, so that a flood of log-ins slows nothing else down, and fewer than
  /// the machine has, so that it leaves it some. They live as long as the process.
  private static let threads: NIOThreadPool = {
    let threads = NIOThreadPool(numberOfThreads: max(1, min(4, System.coreCount / 2)))
    threads.start()
    return threads
  }()

  private static func key(_ password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
    // An empty password has no address that scrypt could be given; it is nobody's.
    let bytes = password.isEmpty ? [0] : Array(password.utf8)
    let key = try KDF.Scrypt.deriveKey(
      from: bytes, salt: salt, outputByteCount: 32, rounds: 1 << cost.logarithmOfRounds, blockSize: cost.blockSize,
      parallelism: cost.parallelism)
    // Safe: the bytes are copied while the key lends them.
    return unsafe key.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// Takes the same time wherever the first difference is.
  private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// A password hash, taken apart.
private struct StoredHash {
  let cost: PasswordHasher.Cost
  let salt: [UInt8]
  let key: [UInt8]

  init(cost: PasswordHasher.Cost, salt: [UInt8], key: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.key = key
  }

  init?(_ text: String) {
    let parts = text.split(separator: "$")
    guard parts.count == 4, parts[0] == "scrypt", let salt = Base64URL.decoded(parts[2]),
      let key = Base64URL.decoded(parts[3])
    else { return nil }
    var settings: [Substring: Int] = [:]
    for setting in parts[1].split(separator: ",") {
      let halves = setting.split(separator: "=")
      guard halves.count == 2, let value = Int(halves[1]) else { return nil }
      settings[halves[0]] = value
    }
    // The bounds keep a row that somebody has tampered with from eating the server's memory.
    guard let rounds = settings["ln"], (1...20).contains(rounds), let block = settings["r"], (1...32).contains(block),
      let parallelism = settings["p"], (1...16).contains(parallelism)
    else { return nil }
    self.init(
      cost: .init(logarithmOfRounds: rounds, blockSize: block, parallelism: parallelism), salt: salt, key: key)
  }
}
