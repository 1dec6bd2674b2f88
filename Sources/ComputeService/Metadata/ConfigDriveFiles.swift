import HostRPC
import JSON
import Model

extension InstanceMetadata {
  /// The files of a config drive, as `metadata_for_config_drive` of `nova/api/metadata/base.py` yields them with
  /// the default of upstream's `config_drive_skip_versions`.
  var configDriveFiles: [GetConfigDrive.Result.File] {
    var files: [GetConfigDrive.Result.File] = []
    for (name, version) in Self.drivenEC2Versions {
      let tree = ec2(version)
      if let userData = tree[["user-data"]] {
        files.append(.init(path: "ec2/\(name)/user-data", contents: userData.text))
      }
      if let data = tree[["meta-data"]] {
        files.append(.init(path: "ec2/\(name)/meta-data.json", contents: data.json.bytes))
      }
    }
    for name in OpenStackVersion.names + ["latest"] {
      guard let version = OpenStackVersion(name: name) else { continue }
      for file in OpenStackFile.allCases where file != .password && file.listedSince <= version {
        guard let answer = answer(to: .openStackFile(version, file)) else { continue }
        files.append(.init(path: "openstack/\(name)/\(file.rawValue)", contents: answer.bytes))
      }
    }
    return files
  }

  /// What that default leaves of the EC2 tree: the last version, under both of its names.
  private static var drivenEC2Versions: [(name: String, version: EC2Version)] {
    [(EC2Version.april2009.rawValue, .april2009), ("latest", .april2009)]
  }
}
