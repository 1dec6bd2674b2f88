import Hummingbird
import JSON
import OpenStackHTTP

/// A part of the API that a client can ask for. Only what is really served stands in ``all``.
struct APIExtension: Sendable {
  let alias: String
  let name: String
  let description: String
  let updated: String

  /// In upstream's words, so that a client sees no difference.
  static let all: [APIExtension] =
    commonExtensions + networkExtensions + subnetExtensions + portExtensions + agentExtensions
    + dhcpAgentSchedulerExtensions + securityGroupExtensions + quotaExtensions + tagExtensions + rbacExtensions
    + availabilityZoneExtensions + qosExtensions

  private static let commonExtensions: [APIExtension] = [
    APIExtension(
      alias: "filter-validation", name: "Filter parameters validation",
      description: "Provides validation on filter parameters.", updated: "2018-07-04T10:00:00-00:00"),
    APIExtension(
      alias: "empty-string-filtering", name: "Empty String Filtering Extension",
      description: "Allow filtering by attributes with empty string value", updated: "2018-05-01T10:00:00-00:00"),
    APIExtension(
      alias: "pagination", name: "Pagination support",
      description: "Extension that indicates that pagination is enabled.", updated: "2016-06-12T00:00:00-00:00"),
    APIExtension(
      alias: "project-id", name: "project_id field enabled",
      description: "Extension that indicates that project_id field is enabled.", updated: "2016-09-09T09:09:09-09:09"),
    APIExtension(
      alias: "revision-if-match", name: "If-Match constraints based on revision_number",
      description: "Extension indicating that If-Match based on revision_number is supported.",
      updated: "2016-12-11T00:00:00-00:00"),
    APIExtension(
      alias: "service-type", name: "Neutron Service Type Management",
      description: "API for retrieving service providers for Neutron advanced services",
      updated: "2013-01-20T00:00:00-00:00"),
    APIExtension(
      alias: "standard-attr-revisions", name: "Resource revision numbers",
      description: "This extension will display the revision number of neutron resources.",
      updated: "2016-04-11T10:00:00-00:00"),
    APIExtension(
      alias: "sorting", name: "Sorting support", description: "Extension that indicates that sorting is enabled.",
      updated: "2016-06-12T00:00:00-00:00"),
    APIExtension(
      alias: "standard-attr-description", name: "standard-attr-description",
      description: "Extension to add descriptions to standard attributes", updated: "2016-02-10T10:00:00-00:00"),
    APIExtension(
      alias: "standard-attr-timestamp", name: "Resource timestamps",
      description: "Adds created_at and updated_at fields to all Neutron resources that have Neutron standard "
        + "attributes.",
      updated: "2016-09-12T10:00:00-00:00"),
  ]

  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("name", name)
      $0.member("alias", alias)
      $0.member("description", description)
      $0.member("updated", updated)
      $0.member("links", [])
    }
  }
}

extension NetworkService {
  func addExtensionRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("extensions") { _, _ in
      Response.json(capacity: 4096) { writer in
        writer.object { $0.member("extensions") { $0.array(APIExtension.all) { $1.write(to: &$0) } } }
      }
    }
    api.get("extensions/:id") { _, context in
      guard let found = APIExtension.all.first(where: { $0.alias == context.resourceName }) else {
        throw APIError.notFound("Extension with alias \(context.resourceName) does not exist")
      }
      return Response.json { writer in writer.object { $0.member("extension") { found.write(to: &$0) } } }
    }
  }
}
