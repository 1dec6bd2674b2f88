import CSQLite
import Glibc

/// SQLite's preupdate functions, when the library in use was built with `SQLITE_ENABLE_PREUPDATE_HOOK`.
///
/// Looked up by name at run time, because a library without the option does not have them and a program that is linked
/// against them would not start with it. The types are those of `sqlite3.h`.
struct PreupdateFunctions {
  typealias Callback =
    @convention(c) (
      _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ operation: Int32,
      _ database: UnsafePointer<CChar>?, _ table: UnsafePointer<CChar>?, _ oldRowID: Int64, _ newRowID: Int64
    ) -> Void
  typealias Hook =
    @convention(c) (OpaquePointer?, Callback?, UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  typealias Value = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
  typealias Depth = @convention(c) (OpaquePointer?) -> Int32

  let hook: Hook
  let old: Value
  let new: Value
  let depth: Depth

  /// The functions of the library in use; `nil` when it has none.
  static let ofLibrary: PreupdateFunctions? = {
    guard sqlite3_compileoption_used("ENABLE_PREUPDATE_HOOK") != 0,
      let hook = dlsym(nil, "sqlite3_preupdate_hook"), let depth = dlsym(nil, "sqlite3_preupdate_depth"),
      let old = dlsym(nil, "sqlite3_preupdate_old"), let new = dlsym(nil, "sqlite3_preupdate_new")
    else { return nil }
    return PreupdateFunctions(
      hook: unsafeBitCast(hook, to: Hook.self), old: unsafeBitCast(old, to: Value.self),
      new: unsafeBitCast(new, to: Value.self), depth: unsafeBitCast(depth, to: Depth.self))
  }()
}
