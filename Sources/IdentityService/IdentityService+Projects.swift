import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addProjects(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/projects") { request, context in
      try Self.requireAdmin(context, "identity:list_projects")
      let query = QueryString(request.uri.query)
      let projects = try await store.read { try $0.projects() }
      return Self.list(
        "projects", projects.filter { query.matches(id: $0.id, name: $0.name, isEnabled: $0.isEnabled) }.map(Self.body),
        context)
    }
    router.get("/v3/auth/projects") { _, context in
      let userID = try context.caller.userID
      let projects = try await store.read { try $0.projects(ofUser: userID) }
      return Self.list("projects", projects.map(Self.body), context)
    }
    router.get("/v3/projects/:id") { _, context in
      let id = context.parameters.get("id") ?? ""
      if try context.caller.projectID != id { try Self.requireAdmin(context, "identity:get_project") }
      guard let project = try await store.read({ try $0.project(id) }) else { throw Self.notFound("project", id) }
      return Response.json(["project": Self.body(project)])
    }
    router.post("/v3/projects") { request, context in try await createProject(request, context) }
    router.delete("/v3/projects/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_project")
      let id = context.parameters.get("id") ?? ""
      let (members, time) = try await store.write { transaction in
        guard try transaction.project(id) != nil else { throw Self.notFound("project", id) }
        let members = try transaction.members(ofProject: id)
        for member in members { try transaction.voidTokens(ofUser: member) }
        try transaction.deleteProject(id)
        return (members, transaction.now)
      }
      for member in members { validator.setTokens(of: member, validFrom: time) }
      return Response.empty(.noContent)
    }
  }

  private func createProject(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_project")
    let json = try await context.json(of: request, member: "project", otherwise: "'project' is a required property")
    guard let name = json["name"]?.string, (1...64).contains(name.count) else {
      throw APIError.badRequest("'name' is a required property")
    }
    let project = Project(
      name: name, description: json["description"]?.string ?? "", isEnabled: json["enabled"]?.bool ?? true)
    do {
      try await store.write { try $0.insert(project) }
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict(
        "Conflict occurred attempting to store project - it is not permitted to have two projects with the same name "
          + "in the same domain: \(name).")
    }
    return Response.json(["project": Self.body(project)], status: .created)
  }

  private static func body(_ project: Project) -> JSONValue {
    [
      "id": .string(project.id), "name": .string(project.name), "description": .string(project.description),
      "enabled": .bool(project.isEnabled), "domain_id": .string(Domain.defaultID),
      "parent_id": .string(Domain.defaultID), "is_domain": false, "tags": [], "options": [:],
    ]
  }
}

extension QueryString {
  /// The filters that lists of projects and users share.
  func matches(id: String, name: String, isEnabled: Bool) -> Bool {
    if let wanted = self["name"], wanted != name { return false }
    if let wanted = self["id"], wanted != id { return false }
    if let wanted = self["domain_id"], wanted != Domain.defaultID { return false }
    if let wanted = self["enabled"], ["false", "0"].contains(wanted.lowercased()) == isEnabled { return false }
    return true
  }
}
