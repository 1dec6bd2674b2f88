internal import Libvirt
internal import Logging
package import Model

/// What the cache keeps: what guests stand on, and what was used lately.
extension ImageCache {
  package struct CleaningOptions: Hashable, Sendable {
    /// `[image_cache] manager_interval`; `nil` never cleans.
    package var interval: Duration? = .seconds(2400)
    /// `[image_cache] remove_unused_base_images`
    package var removesUnused = true
    /// `[image_cache] remove_unused_original_minimum_age_seconds`: how long ago an image was used last that goes.
    package var minimumAge: Duration = .seconds(24 * 3600)

    package init() {}
  }

  /// A file of the cache.
  struct Entry: Hashable, Sendable {
    var path: String
    var lastUse: Timestamp
  }

  /// Which files can go. One that an instance's disk names as its backing file never does, whatever its age.
  static func removable(
    _ entries: [Entry], inUse: Set<String>, at now: Timestamp, _ options: CleaningOptions
  ) -> [String] {
    guard options.removesUnused else { return [] }
    return entries.filter { !inUse.contains($0.path) && $0.lastUse < now - options.minimumAge }.map(\.path)
  }

  /// Removes what is not used any more.
  ///
  /// - Parameter instances: The folder with the instances' folders.
  /// - Returns: What was removed.
  @discardableResult
  package func clean(instances: String, at now: Timestamp, _ options: CleaningOptions) async throws -> [String] {
    let folder = folder
    return try await BlockingThreads.shared.run {
      let entries = try HostFiles.names(in: folder).filter { UUID($0) != nil }.map { name in
        Entry(path: "\(folder)/\(name)", lastUse: try HostFiles.lastUse(of: "\(folder)/\(name)"))
      }
      // Cheap first: most of the time nothing is old.
      guard !Self.removable(entries, inUse: [], at: now, options).isEmpty else { return [] }
      let inUse = try Self.backingFiles(in: instances)
      let removed = Self.removable(entries, inUse: inUse, at: now, options)
      for path in removed { try HostFiles.remove(path) }
      return removed
    }
  }

  /// The files that disks of instances stand on.
  private static func backingFiles(in instances: String) throws -> Set<String> {
    guard HostFiles.exists(instances) else { return [] }
    var found: Set<String> = []
    for instance in try HostFiles.names(in: instances) {
      // A file beside the folders is none of ours, and an instance may have gone meanwhile.
      guard let files = try? HostFiles.names(in: "\(instances)/\(instance)") else { continue }
      for file in files {
        guard let header = try? HostFiles.prefix(of: "\(instances)/\(instance)/\(file)", 1 << 16) else { continue }
        if let backing = QCOW2Overlay.backingFile(header: header) { found.insert(backing) }
      }
    }
    return found
  }
}

extension QCOW2Overlay {
  /// The path that a qcow2 file has for its backing file, from the first 64 KiB; `nil` if it has none, or is none.
  static func backingFile(header: [UInt8]) -> String? {
    guard header.count >= 72, header.starts(with: [0x51, 0x46, 0x49, 0xFB]) else { return nil }
    let offset = header[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let length = header[16..<20].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length > 0, offset < UInt64(header.count), length <= UInt64(header.count) - offset else { return nil }
    return String(decoding: header[Int(offset)..<Int(offset + length)], as: UTF8.self)
  }
}
