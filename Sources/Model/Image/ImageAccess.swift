/// Upstream's default policies, for an image and a caller.
extension Image {
  /// Whether somebody may see the image and start guests from it. A project that it is shared with may, whatever that
  /// thinks of it.
  package func isVisible(to caller: AuthToken) -> Bool {
    if caller.isAdmin || visibility == .public || visibility == .community || owner == caller.projectID { return true }
    return visibility == .shared && caller.projectID.map { members[$0] != nil } == true
  }

  /// Whether somebody may change or delete it.
  package func isChangeable(by caller: AuthToken) -> Bool {
    caller.isAdmin || (owner == caller.projectID && caller.has(role: RoleName.member))
  }

  /// Whether somebody may read the data, who sees the image.
  package func isReadable(by caller: AuthToken) -> Bool {
    caller.isAdmin || (status != .deactivated && caller.has(role: RoleName.member))
  }

  /// Whether a list shows the image to somebody who sees it.
  ///
  /// - Parameters:
  ///   - visibility: what was asked for, `all` included; `nil` leaves out other projects' community images.
  ///   - memberStatus: `nil` is all. It speaks of images that others share, and not to administrators.
  package func isListed(for caller: AuthToken, visibility: String?, memberStatus: ImageMember.Status?) -> Bool {
    guard isVisible(to: caller), status != .killed else { return false }
    switch visibility {
    case nil: guard self.visibility != .community || owner == caller.projectID else { return false }
    case "all": break
    case let wanted?: guard self.visibility.rawValue == wanted else { return false }
    }
    guard self.visibility == .shared, owner != caller.projectID, !caller.isAdmin, let memberStatus else { return true }
    return caller.projectID.flatMap { members[$0] } == memberStatus
  }

  /// Whether a role of the caller's lets it see images at all.
  package static func isListable(by caller: AuthToken) -> Bool {
    caller.isAdmin || caller.has(role: RoleName.reader) || caller.has(role: RoleName.member)
  }
}
