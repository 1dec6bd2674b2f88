import Glibc

/// The names of links as sysfs lists them, which takes a tenth of the time of asking rtnetlink for the links.
package enum LinkNames {
  /// Whether sysfs lists exactly the links of the table by name. Where sysfs is another namespace's, as after `nsenter
  /// --net`, it says `false`: only rtnetlink knows then.
  package static func areThose(of table: LinkTable, folder: String = "/sys/class/net") -> Bool {
    guard let directory = opendir(folder) else { return false }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      // What is no link of the folder is a file or begins with a dot (`bonding_masters`, `.`, `..`).
      guard entry.pointee.d_type == UInt8(DT_LNK) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          String(cString: $0)
        }
      }
      guard table[name] != nil else { return false }
      count += 1
    }
    return count == table.links.count
  }
}
