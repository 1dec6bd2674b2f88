import Support
import Testing

@testable import NetworkService

@Suite("docs/openapi.json")
struct SpecificationTests {
  @Test("describes every route of every service, and nothing that is not served")
  func routes() async throws {
    let described = try Document().operations
    for (service, served) in try await ServedRoutes().operations.sorted(by: { $0.key < $1.key }) {
      let ours = Set(described.filter { $0.value.contains(service) }.keys)
      #expect(served.subtracting(ours).sorted() == [], "\(service): served, not described")
      #expect(ours.subtracting(served).sorted() == [], "\(service): described, not served")
    }
  }

  @Test("says which paths need no token")
  func openPaths() throws {
    let document = try Document()
    let open = document.openOperations
    for (operation, services) in document.operations {
      let isOpen = services.contains { service in
        ServedRoutes.openPaths[service]?.contains(operation.path) == true
      }
      // A token is shown and revoked with a token.
      let needsOne = operation.path == "/v3/auth/tokens" && operation.method != "POST"
      #expect(open.contains(operation) == (isOpen && !needsOne), "\(operation)")
    }
  }

  @Test(
    "has the attributes that the Networking service knows, where it takes them",
    arguments: [
      ("Network", ResourceKind.network), ("Subnet", .subnet), ("Subnetpool", .subnetPool), ("Port", .port),
      ("Binding", .portBinding), ("SecurityGroup", .securityGroup), ("SecurityGroupRule", .securityGroupRule),
      ("DefaultSecurityGroupRule", .defaultSecurityGroupRule), ("RbacPolicy", .rbacPolicy), ("Agent", .agent),
      ("Policy", .qosPolicy), ("BandwidthLimitRule", .qosRule),
    ])
  func attributes(schema: String, kind: ResourceKind) throws {
    let document = try Document()
    func names(_ isMeant: (AttributeRule) -> Bool) -> Set<String> { Set(kind.attributes.filter(isMeant).map(\.name)) }
    let (created, updated) = (document.properties(of: schema + "Create"), document.properties(of: schema + "Update"))
    #expect(created == names(\.isSetAtCreation))
    #expect(document.required(in: schema + "Create") == names(\.isRequired))
    #expect(updated == names(\.isUpdatable))
    #expect(document.properties(of: schema).union(created).union(updated) == names { _ in true })
  }

  @Test("is what its description in tools/lib/openapi says")
  func isUpToDate() async throws {
    try await runChecked(["python3", Document.root + "/tools/make-openapi", "--check"])
  }
}
