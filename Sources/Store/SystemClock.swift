internal import FoundationEssentials
package import Model

extension Timestamp {
  /// The time of the system's clock.
  package static func systemNow() -> Timestamp {
    Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
  }
}
