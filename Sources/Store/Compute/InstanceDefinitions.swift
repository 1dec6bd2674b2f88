package import Model
import SQLite

extension Transaction {
  /// Writes what the owner may change of an instance, by `PUT` or by a rebuild: what it is called, what it is made of,
  /// and what it is told.
  package func updateDefinition(of instance: Instance) throws {
    let image = instance.image
    let request = instance.request
    try execute(
      """
      UPDATE instances
      SET name = ?, description = ?, hostname = ?, access_ip_v4 = ?, access_ip_v6 = ?, disk_config = ?, image_id = ?,
        image_disk_format = ?, kernel_id = ?, ramdisk_id = ?, image_properties = ?, metadata = ?, tags = ?,
        security_groups = ?, security_group_ids = ?, user_data = ?, key_name = ?, key_type = ?, public_key = ?,
        root_device_name = ?, networks = ?, availability_zone = ?, updated_at = ?
      WHERE id = ?
      """,
      instance.name, instance.description, instance.hostname, instance.accessIPv4, instance.accessIPv6,
      instance.diskConfig.rawValue, image?.id, image?.diskFormat, image?.kernelID, image?.ramdiskID,
      image?.properties ?? "{}", request.metadata, request.tags, request.securityGroups, request.securityGroupIDs,
      request.userData, request.key?.name, request.key?.type, request.key?.publicKey, instance.rootDeviceName,
      request.networks, request.availabilityZone, now, instance.id)
  }
}
