import JSON
import Model
import OpenStackHTTP

/// The image that a snapshot, a backup or a shelved instance's disk is uploaded into. It is made in the user's name and
/// `queued`; the host sends the data.
struct SnapshotImage: Sendable {
  let lookups: PeerLookups
  let instance: Instance

  /// - Parameters:
  ///   - kind: `snapshot` or `backup`.
  ///   - metadata: the user's own properties.
  /// - Returns: its id.
  /// - Throws: `APIError` 400 or 403 with the Image service's reason, 503 if it is not well.
  func create(named name: String, kind: String, metadata: JSONObject = JSONObject()) async throws -> UUID {
    var image = try inherited()
    image["base_image_ref"] = .string(instance.image?.id.description ?? "")
    image["instance_uuid"] = .string(instance.id.description)
    image["user_id"] = .string(instance.userID)
    image["image_type"] = .string(kind)
    for member in metadata.members { image[member.name] = member.value }
    image["name"] = .string(name)
    image["container_format"] = "bare"
    image["disk_format"] = "qcow2"
    image["visibility"] = "private"
    image["min_disk"] = JSONValue(instance.flavor.rootGB)
    let answer = try await lookups.ask(lookups.peers.image, "/v2/images", "Image", method: .post, body: .object(image))
    guard answer.isSuccess, let id = answer.body?["id"]?.string.flatMap({ UUID($0) }) else {
      let reason = answer.body?["message"]?.string ?? "The Image service answered \(answer.status)."
      throw answer.status == 403 || answer.status == 413 ? APIError.forbidden(reason) : APIError.badRequest(reason)
    }
    return id
  }

  /// Takes back an image that nothing will be uploaded into.
  func withdraw(_ id: UUID) async throws {
    _ = try await lookups.ask(lookups.peers.image, "/v2/images/\(id)", "Image", method: .delete)
  }

  /// What the guest's hardware is made by goes on to its snapshot; what says where an image is from does not
  /// (`non_inheritable_image_properties`).
  private func inherited() throws -> JSONObject {
    var inherited = JSONObject()
    let properties = try JSONValue(parsing: (instance.image?.properties ?? "{}").utf8).object ?? JSONObject()
    for member in properties.members
    where !["cache_in_nova", "bittorrent"].contains(member.name) && !member.name.hasPrefix("img_signature")
      && !member.name.hasPrefix("os_hash") && !member.name.hasPrefix("owner_specified") && member.name != "stores"
    {
      inherited[member.name] = member.value
    }
    return inherited
  }
}
