/// How far an image's data is.
package enum ImageStatus: String, CaseIterable, Sendable {
  /// No data yet.
  case queued
  /// The data is coming in.
  case saving
  /// The data is coming in, or is there, to be imported later.
  case uploading
  /// Staged data is judged and made the image's own.
  case importing
  case active
  /// The data is there, but only an administrator reads it.
  case deactivated
  /// The data was lost. Nothing comes after it but deletion; kept for databases that have it.
  case killed

  /// The changes that upstream allows (`valid_state_targets`); deletion is possible from everywhere.
  package var successors: Set<ImageStatus> {
    switch self {
    case .queued: [.saving, .uploading, .importing, .active]
    case .saving: [.active, .killed, .queued]
    case .uploading: [.importing, .queued]
    case .importing: [.active, .queued]
    case .active: [.deactivated]
    case .deactivated: [.active]
    case .killed: []
    }
  }
}
