import Model
import OpenStackHTTP
import Store

// The rules of a project's place (`keystone/resource/core.py`).
extension Transaction {
  /// How deep projects may lie below their domain, Keystone's `max_project_tree_depth`.
  private static var deepest: Int { 5 }

  /// The domain and the parent of a new project that is to lie there.
  ///
  /// - Parameters:
  ///   - parent: A project's id, or a domain's for a project right below it.
  ///   - callersDomain: The domain of one that names neither.
  /// - Throws: `APIError` 400 if there is no such place, 403 if nothing may be there.
  func place(
    domain: String?, parent: String?, otherwise callersDomain: String
  ) throws -> (domain: String, parent: String?) {
    let domainAsParent = try parent.flatMap { try self.domain($0) }
    guard let parent, domainAsParent == nil else {
      let id = domain ?? parent ?? callersDomain
      guard try self.domain(id) != nil else { throw APIError.badRequest("Could not find domain: \(id).") }
      guard domainAsParent == nil || domainAsParent?.id == id else {
        throw APIError.badRequest(
          "Cannot create project, the parent (\(parent ?? "")) is acting as a domain, but this project's domain id "
            + "(\(id)) does not match the parent's id.")
      }
      return (id, nil)
    }
    guard let project = try project(parent) else { throw APIError.badRequest("Could not find project: \(parent).") }
    guard domain == nil || domain == project.domainID else {
      throw APIError.badRequest(
        "Cannot create project, since it specifies its domain_id \(domain ?? ""), but specifies a parent in a different "
          + "domain (\(project.domainID)).")
    }
    let above = try ancestors(ofProject: parent) + [project]
    if let disabled = above.first(where: { !$0.isEnabled }) {
      throw APIError.badRequest(
        "cannot create a project in a branch containing a disabled project: \(disabled.id)")
    }
    guard above.count < Self.deepest else {
      throw APIError.forbidden("Max hierarchy depth reached for \(parent) branch.")
    }
    return (project.domainID, parent)
  }

  /// Whether a project may become what it is about to: disabled only if none below it is enabled, enabled only if all
  /// above it are.
  ///
  /// - Throws: `APIError` 403.
  func checkHierarchy(of project: Project) throws {
    if project.isEnabled {
      guard try ancestors(ofProject: project.id).allSatisfy(\.isEnabled) else {
        throw APIError.forbidden("Cannot enable project \(project.id) since it has disabled parents")
      }
    } else {
      guard try !descendants(ofProject: project.id).contains(where: \.isEnabled) else {
        throw APIError.forbidden(
          "Cannot disable project \(project.id) since its subtree contains enabled projects.")
      }
    }
  }
}
