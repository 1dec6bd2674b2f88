import CNFTables
import Dispatch

/// libnftables in this process: it changes and lists the rules of the network namespace that it was opened in.
///
/// Every call runs on a thread of this object's own, one after the other, since a context is no two threads' and a large
/// transaction takes the kernel a tenth of a second.
package final class NFTables: Sendable {
  private let queue = DispatchQueue(label: "plugboard.nftables", qos: .userInitiated)
  private let context: Context

  /// Opens libnftables in the network namespace of the calling thread; its socket stays in there, whichever thread uses it
  /// later. Throws ``NFTablesError`` if the kernel gives no socket.
  package init() throws(NFTablesError) {
    guard let context = Context() else {
      throw NFTablesError(code: -1, message: "libnftables could not be opened")
    }
    self.context = context
  }

  /// Runs the commands in the language of nft(8) as one transaction: all of them, or none if one is refused.
  package func run(_ commands: String) async throws(NFTablesError) {
    _ = try await perform(commands, flags: 0)
  }

  /// What a `list` command writes, as JSON in the schema of libnftables-json(5).
  package func json(_ command: String) async throws(NFTablesError) -> String {
    try await perform(command, flags: UInt32(NFT_CTX_OUTPUT_JSON))
  }

  /// What a `list` command writes, as text; numbers are not turned into names.
  package func text(_ command: String) async throws(NFTablesError) -> String {
    try await perform(command, flags: UInt32(NFT_CTX_OUTPUT_NUMERIC_ALL))
  }

  private func perform(_ commands: String, flags: UInt32) async throws(NFTablesError) -> String {
    let result: Result<String, NFTablesError> = await withCheckedContinuation { continuation in
      queue.async { [context] in continuation.resume(returning: context.run(commands, flags: flags)) }
    }
    return try result.get()
  }
}

/// The C context. Its methods are called on the one queue of its owner, and on no other thread, which is what makes it
/// Sendable.
private final class Context: @unchecked Sendable {
  private let pointer: OpaquePointer

  init?() {
    guard let pointer = nft_ctx_new(0) else { return nil }
    self.pointer = pointer
    nft_ctx_buffer_output(pointer)
    nft_ctx_buffer_error(pointer)
  }

  deinit {
    nft_ctx_free(pointer)
  }

  func run(_ commands: String, flags: UInt32) -> Result<String, NFTablesError> {
    nft_ctx_output_set_flags(pointer, flags)
    let code = nft_run_cmd_from_buffer(pointer, commands)
    // Reading a buffer empties it, so both are read each time.
    let output = nft_ctx_get_output_buffer(pointer).map { String(cString: $0) } ?? ""
    let message = nft_ctx_get_error_buffer(pointer).map { String(cString: $0) } ?? ""
    return code == 0 ? .success(output) : .failure(NFTablesError(code: code, message: message))
  }
}
