/// What a guest can ask the metadata service for, by the paths of `nova/api/metadata/base.py`.
enum MetadataPath: Hashable, Sendable {
  /// The versions of the EC2 tree: `/` and `/ec2`.
  case ec2Versions
  /// What stands in the EC2 tree of a version: `/latest/meta-data/hostname`.
  case ec2(EC2Version, [String])
  /// `/openstack`
  case openStackVersions
  /// `/openstack/latest`
  case openStackListing(OpenStackVersion)
  case openStackFile(OpenStackVersion, OpenStackFile)

  /// Reads a path as upstream does, empty parts and dots resolved; `nil` for one that leads nowhere.
  init?(_ path: String) {
    var parts: [String] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    if parts.first == "openstack" {
      self.init(openStack: parts.dropFirst())
    } else {
      self.init(ec2: parts.first == "ec2" ? parts.dropFirst() : parts[...])
    }
  }

  private init?(ec2 parts: ArraySlice<String>) {
    guard let name = parts.first else {
      self = .ec2Versions
      return
    }
    guard let version = EC2Version(name: name) else { return nil }
    self = .ec2(version, Array(parts.dropFirst()))
  }

  private init?(openStack parts: ArraySlice<String>) {
    guard let name = parts.first else {
      self = .openStackVersions
      return
    }
    guard let version = OpenStackVersion(name: name) else { return nil }
    switch parts.count {
    case 1: self = .openStackListing(version)
    case 2:
      guard let file = OpenStackFile(rawValue: parts.last ?? ""), file.since <= version else { return nil }
      self = .openStackFile(version, file)
    default: return nil
    }
  }
}

/// A version of a metadata tree: a date, compared as such.
protocol MetadataVersion: Comparable, CaseIterable, RawRepresentable, Sendable where RawValue == String {}

extension MetadataVersion {
  /// - Parameter name: A date, or `latest`.
  init?(name: String) {
    guard name == "latest" else {
      self.init(rawValue: name)
      return
    }
    guard let last = Array(Self.allCases).last else { return nil }
    self = last
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The dates in order, up to that of the last version.
  static var names: [String] { allCases.map(\.rawValue) }
}

enum EC2Version: String, MetadataVersion {
  case first = "1.0"
  case january2007 = "2007-01-19"
  case march2007 = "2007-03-01"
  case august2007 = "2007-08-29"
  case october2007 = "2007-10-10"
  case december2007 = "2007-12-15"
  case february2008 = "2008-02-01"
  case september2008 = "2008-09-01"
  case april2009 = "2009-04-04"
}

/// Upstream's releases, as far as they have changed the tree.
enum OpenStackVersion: String, MetadataVersion {
  case folsom = "2012-08-10"
  case grizzly = "2013-04-04"
  case havana = "2013-10-17"
  case liberty = "2015-10-15"
  case newtonOne = "2016-06-30"
  case newtonTwo = "2016-10-06"
  case ocata = "2017-02-22"
  case rocky = "2018-08-27"
  case victoria = "2020-10-14"
  case epoxy = "2025-04-04"
}

/// In the order in which a listing names them.
enum OpenStackFile: String, CaseIterable, Sendable {
  case metaData = "meta_data.json"
  case userData = "user_data"
  case password
  case vendorData = "vendor_data.json"
  case networkData = "network_data.json"
  case vendorData2 = "vendor_data2.json"

  /// The version that brought it into the listing. Upstream hands out user data and network data to older ones too.
  var listedSince: OpenStackVersion {
    switch self {
    case .metaData, .userData: .folsom
    case .password: .grizzly
    case .vendorData: .havana
    case .networkData: .liberty
    case .vendorData2: .newtonTwo
    }
  }

  var since: OpenStackVersion { self == .networkData ? .folsom : listedSince }
}
