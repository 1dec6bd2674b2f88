internal import Model

// The files of an instance that leaves a host, and may come back.
extension InstanceFiles {
  /// Where an instance's files are while it is resized, until somebody confirms or reverts: upstream's name.
  func asideFolder(of id: UUID) -> String { "\(folder(of: id))_resize" }

  /// Puts an instance's files aside. Doing it twice is a success.
  func putAside(_ id: UUID) throws {
    guard !HostFiles.exists(asideFolder(of: id)) else { return }
    guard HostFiles.exists(folder(of: id)) else { return try HostFiles.makeFolder(asideFolder(of: id)) }
    try HostFiles.move(folder(of: id), to: asideFolder(of: id))
  }

  /// Takes back what was put aside. Without any nothing happens.
  func takeBack(_ id: UUID) throws {
    guard HostFiles.exists(asideFolder(of: id)) else { return }
    try HostFiles.remove(folder(of: id))
    try HostFiles.move(asideFolder(of: id), to: folder(of: id))
    try HostFiles.remove(movingDisk(in: folder(of: id)))
  }

  /// A disk that was put aside by a move that was given up must not be replaced by an empty one.
  func takeBackLostDisk(_ id: UUID) throws {
    if !hasDisk(id), HostFiles.exists("\(asideFolder(of: id))/disk") { try takeBack(id) }
  }

  func removeAside(_ id: UUID) throws { try HostFiles.remove(asideFolder(of: id)) }

  // MARK: Files that several hosts see

  private func holderMark(in folder: String) -> String { "\(folder)/holder" }

  /// Writes down which host has the instance. Where hosts share their files, one that has something to forget must not
  /// take another's disks away.
  func hold(_ id: UUID, by host: String) throws {
    guard HostFiles.exists(folder(of: id)) else { return }
    try HostFiles.write(Array(host.utf8), to: holderMark(in: folder(of: id)))
  }

  func isHeld(_ id: UUID) -> Bool { HostFiles.exists(holderMark(in: folder(of: id))) }

  /// Removes what this host has of an instance that is somewhere else; what another host holds stays.
  func remove(_ id: UUID, heldBy host: String) throws {
    for folder in [folder(of: id), asideFolder(of: id)] {
      if let holder = HostFiles.text(of: holderMark(in: folder)), holder != host { continue }
      try HostFiles.remove(folder)
    }
  }

  /// The files that hold what the user has written: the others are made anew.
  func dataFiles(in folder: String) throws -> [String] {
    guard HostFiles.exists(folder) else { return [] }
    return try HostFiles.names(in: folder).filter { $0 == "disk" || $0.hasPrefix("disk.eph") }.sorted()
      .filter { !$0.hasSuffix(".part") }
  }

  /// The root disk as a file that stands alone, made for another host.
  func movingDisk(in folder: String) -> String { "\(folder)/disk.moving" }

  /// Makes the folder of an instance that is on its way here.
  ///
  /// - Returns: Whether it was there: then both hosts see the same files.
  func expectArrival(of id: UUID) throws -> Bool {
    if HostFiles.exists(folder(of: id)), !HostFiles.exists(arrivalMark(of: id)) { return true }
    try HostFiles.makeFolder(folder(of: id))
    try HostFiles.write([], to: arrivalMark(of: id))
    return false
  }

  /// The instance is here.
  func endArrival(of id: UUID, on host: String) throws {
    try hold(id, by: host)
    try HostFiles.remove(arrivalMark(of: id))
  }

  /// Says that this host has made the folder for an instance that is on its way here. A folder that is there without it
  /// is one that both hosts see.
  func arrivalMark(of id: UUID) -> String { "\(folder(of: id))/arriving" }
}
