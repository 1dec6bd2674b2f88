import JSON
import Model
import OpenStackHTTP

/// Writes a key pair as `nova/api/openstack/compute/views/keypairs.py` does: each of the three answers has other members.
struct KeypairView {
  let version: Microversion

  func created(_ pair: Keypair, privateKey: String?) -> JSONValue {
    var object = brief(pair)
    if let privateKey { object["private_key"] = .string(privateKey) }
    object["user_id"] = .string(pair.userID)
    return .object(object)
  }

  func listed(_ pair: Keypair) -> JSONValue { .object(brief(pair)) }

  func shown(_ pair: Keypair) -> JSONValue {
    var object = brief(pair)
    object["user_id"] = .string(pair.userID)
    object["id"] = JSONValue(pair.number)
    object["created_at"] = .string(pair.createdAt.iso8601WithoutZone)
    object["deleted"] = false
    object["deleted_at"] = .null
    object["updated_at"] = .null
    return .object(object)
  }

  private func brief(_ pair: Keypair) -> JSONObject {
    var object = JSONObject()
    object["name"] = .string(pair.name)
    object["public_key"] = .string(pair.publicKey)
    object["fingerprint"] = .string(pair.fingerprint)
    if version >= Microversion(2, 2) { object["type"] = .string(pair.type) }
    return object
  }
}

extension Schema {
  /// The body of `POST /os-keypairs`. From 2.92 on no key is generated.
  static func keypairCreate(_ version: Microversion) -> Schema {
    var properties = [Property("name", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255))]
    properties.append(Property("public_key", .text))
    if version >= Microversion(2, 2) {
      properties.append(Property("type", Schema(kinds: [.string], choices: ["ssh", "x509"])))
    }
    if version >= Microversion(2, 10) { properties.append(Property("user_id", .text)) }
    let required = version >= Microversion(2, 92) ? ["name", "public_key"] : ["name"]
    return .object([Property("keypair", .object(properties, required: required))], required: ["keypair"])
  }
}
