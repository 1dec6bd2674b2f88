import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addProjects(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/projects") { request, context in
      try Self.requireReader(context, "identity:list_projects")
      let query = QueryString(request.uri.query)
      var filter = try IdentityFilter(query)
      filter.parentID = query["parent_id"]
      filter.readTags(query)
      let projects = try await list(filter, areDomains: query.isTrue("is_domain"), context)
      return Self.list("projects", projects, request, context, limit: filter.limit)
    }
    router.get("/v3/projects/:id") { request, context in
      let id = context.path("id")
      if try context.caller.projectID != id { try Self.requireReader(context, "identity:get_project") }
      let query = QueryString(request.uri.query)
      let resource = try await store.read { snapshot -> JSONValue in
        guard let project = try snapshot.project(id) else { throw APIError.unknown("project", id) }
        return try Self.expanded(project, query, snapshot, context)
      }
      return Self.one("project", resource)
    }
    router.post("/v3/projects") { request, context in try await createProject(request, context) }
    router.patch("/v3/projects/:id") { request, context in try await updateProject(request, context) }
    router.delete("/v3/projects/:id") { _, context in
      try Self.requireAdmin(context, "identity:delete_project")
      let id = context.path("id")
      try await write { transaction in
        guard try transaction.project(id) != nil else { throw APIError.unknown("project", id) }
        guard try !transaction.hasChildren(project: id) else {
          throw APIError.forbidden(
            "Cannot delete the project \(id) since it is not a leaf in the hierarchy. Use the cascade option if you want "
              + "to delete a whole subtree.")
        }
        try transaction.deleteProject(id)
        return [TokenSubject(.project, id)]
      }
      return Response.empty(.noContent)
    }
  }

  /// Domains are projects too to whoever asks for those that are.
  private func list(
    _ filter: IdentityFilter, areDomains: Bool, _ context: OpenStackRequestContext
  ) async throws -> [JSONValue] {
    guard areDomains else {
      return try await store.read { try $0.projects(filter) }.map { Self.resource($0, context) }
    }
    var filter = filter
    filter.domainID = nil
    return try await store.read { [filter] in try $0.domains(filter) }.map { domain in
      [
        "id": .string(domain.id), "name": .string(domain.name), "description": .string(domain.description),
        "enabled": .bool(domain.isEnabled), "domain_id": .null, "parent_id": .null, "is_domain": true,
        "tags": Self.tags(domain.tags), "options": [:], "links": Self.selfLink("projects/\(domain.id)", context),
      ]
    }
  }

  /// A project, with the hierarchy above or below it if the query asks for that.
  private static func expanded(
    _ project: Project, _ query: QueryString, _ snapshot: Snapshot, _ context: OpenStackRequestContext
  ) throws -> JSONValue {
    var object = resource(project, context).object ?? JSONObject()
    let asList: ([Project]) -> JSONValue = { .array($0.map { ["project": resource($0, context)] }) }
    if query.isTrue("parents_as_list") {
      object["parents"] = asList(try snapshot.ancestors(ofProject: project.id))
    } else if query.isTrue("parents_as_ids") {
      object["parents"] = try snapshot.ancestors(ofProject: project.id).reversed().reduce(
        [project.domainID: .null] as JSONValue
      ) { .object(JSONObject(members: [.init(name: $1.id, value: $0)])) }
    }
    if query.isTrue("subtree_as_list") {
      object["subtree"] = asList(try snapshot.descendants(ofProject: project.id))
    } else if query.isTrue("subtree_as_ids") {
      object["subtree"] = tree(below: project.id, try snapshot.descendants(ofProject: project.id))
    }
    return .object(object)
  }

  private static func tree(below id: String, _ projects: [Project]) -> JSONValue {
    let children = Dictionary(grouping: projects, by: { $0.parentID ?? "" })
    func subtree(_ id: String) -> JSONValue {
      guard let below = children[id] else { return .null }
      return .object(JSONObject(members: below.map { .init(name: $0.id, value: subtree($0.id)) }))
    }
    return subtree(id)
  }

  private func createProject(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:create_project")
    let body = try await ResourceBody("project", of: request, context)
    guard try body.boolean("is_domain") != true else {
      throw APIError.badRequest("A project that acts as a domain is created as a domain, with POST /v3/domains.")
    }
    try body.refuse("options")
    let parent = try body.nullableText("parent_id") ?? nil
    let wantedDomain = try body.nullableText("domain_id") ?? nil
    let callersDomain = Self.domainOf(try context.caller)
    var project = Project(
      name: try body.requiredName(64), description: (try body.nullableText("description") ?? nil) ?? "",
      isEnabled: try body.boolean("enabled") ?? true, tags: try body.tags() ?? "[]",
      extra: try body.extra(Self.projectAttributes))
    do {
      project = try await store.write { [project] transaction in
        var project = project
        (project.domainID, project.parentID) = try transaction.place(
          domain: wantedDomain, parent: parent, otherwise: callersDomain)
        try transaction.insert(project)
        return project
      }
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw Self.nameIsTaken(project)
    }
    return Self.one("project", Self.resource(project, context), status: .created)
  }

  private func updateProject(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try Self.requireAdmin(context, "identity:update_project")
    let id = context.path("id")
    let body = try await ResourceBody("project", of: request, context)
    do {
      let project = try await writeVoiding { transaction in
        guard var project = try transaction.project(id) else { throw APIError.unknown("project", id) }
        let wasEnabled = project.isEnabled
        try project.apply(body)
        if project.isEnabled != wasEnabled { try transaction.checkHierarchy(of: project) }
        try transaction.update(project)
        return (project, wasEnabled && !project.isEnabled ? [TokenSubject(.project, id)] : [])
      }
      return Self.one("project", Self.resource(project, context))
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw Self.nameIsTaken(Project(id: id, name: try body.name(64) ?? ""))
    }
  }

  fileprivate static let projectAttributes: Set<String> = [
    "id", "name", "description", "enabled", "domain_id", "parent_id", "is_domain", "tags", "options", "links",
    "parents", "subtree",
  ]

  private static func nameIsTaken(_ project: Project) -> APIError {
    .storeConflict(
      "project",
      "it is not permitted to have two projects with either the same name or same id in the same domain: name is "
        + "\(project.name), project id \(project.id)")
  }

  static func resource(_ project: Project, _ context: OpenStackRequestContext) -> JSONValue {
    var object = JSONObject(members: [
      .init(name: "id", value: .string(project.id)), .init(name: "name", value: .string(project.name)),
      .init(name: "domain_id", value: .string(project.domainID)),
      .init(name: "description", value: .string(project.description)),
      .init(name: "enabled", value: .bool(project.isEnabled)),
      .init(name: "parent_id", value: .string(project.parentID ?? project.domainID)),
      .init(name: "is_domain", value: false), .init(name: "tags", value: tags(project.tags)),
      .init(name: "options", value: [:]), .init(name: "links", value: selfLink("projects/\(project.id)", context)),
    ])
    object.append(stored: project.extra)
    return .object(object)
  }
}

extension Project {
  /// - Throws: `APIError` 400 and 403.
  fileprivate mutating func apply(_ body: ResourceBody) throws {
    try body.requireID(id)
    try body.refuse("options")
    try body.refuseChange(of: "domain_id", from: .string(domainID))
    try body.refuseChange(of: "is_domain", from: false)
    if let parent = body.object["parent_id"], parent != .string(parentID ?? domainID) {
      throw APIError.forbidden("Update of `parent_id` is not allowed.")
    }
    name = try body.name(64) ?? name
    if let text = try body.nullableText("description") { description = text ?? "" }
    isEnabled = try body.boolean("enabled") ?? isEnabled
    tags = try body.tags() ?? tags
    extra = try body.extra(IdentityService.projectAttributes, on: extra)
  }
}

extension IdentityFilter {
  /// The four filters of tags, each with commas between.
  fileprivate mutating func readTags(_ query: QueryString) {
    func list(_ name: String) -> [String] {
      query.values(name).flatMap { $0.split(separator: ",").map(String.init) }
    }
    tags = list("tags")
    tagsAny = list("tags-any")
    notTags = list("not-tags")
    notTagsAny = list("not-tags-any")
  }
}
