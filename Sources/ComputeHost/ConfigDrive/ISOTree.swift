internal import Model

/// One of the two trees of folders in an image, with its path tables.
struct ISOTree {
  enum Names {
    /// Upper-case letters, digits and underscores, and the true name in Rock Ridge's fields.
    case rockRidge
    /// UCS-2, most significant byte first.
    case joliet
  }

  let names: Names
  private let root: ISOFolder
  private let date: [UInt8]
  /// Folders in the order of the path table: by level, then by parent, then by name (ECMA-119, 6.9.1).
  private let order: [Int]
  /// The sectors of the folders and their lengths in bytes, by the folders' numbers.
  private var places: [Int]
  private var sizes: [Int]
  private(set) var littleTable = 0
  private(set) var bigTable = 0
  private(set) var tableSize = 0

  init(_ root: ISOFolder, _ names: Names, time: Timestamp) {
    (self.root, self.names) = (root, names)
    date = Self.date(time)
    places = Array(repeating: 0, count: root.folders.count)
    sizes = places
    var order = [0]
    var next = 0
    while next < order.count {
      let children = root.folders[order[next]].folders
      order += children.sorted {
        let (left, right) = (
          Self.identifier(root.folders[$0].name, names), Self.identifier(root.folders[$1].name, names)
        )
        return left.lexicographicallyPrecedes(right)
      }
      next += 1
    }
    self.order = order
    // What a folder holds takes as much room wherever it is.
    for folder in root.folders.indices { sizes[folder] = folderBytes(folder, files: []).count }
    tableSize = table(isBig: false).count
  }

  /// Gives the two path tables their sectors and tells the next that is free.
  mutating func placeTables(at sector: Int) -> Int {
    let sectors = Self.sectors(tableSize)
    (littleTable, bigTable) = (sector, sector + sectors)
    return sector + 2 * sectors
  }

  mutating func placeFolders(at sector: Int) -> Int {
    var sector = sector
    for folder in order {
      places[folder] = sector
      sector += Self.sectors(sizes[folder])
    }
    return sector
  }

  var tables: [UInt8] {
    var bytes = ISOBytes()
    for isBig in [false, true] {
      bytes.append(table(isBig: isBig))
      bytes.pad(to: ISO9660.sectorSize)
    }
    return bytes.bytes
  }

  /// - Parameter files: The sectors of the files' contents, by the files' numbers.
  func folders(_ files: [Int]) -> [UInt8] { order.flatMap { folderBytes($0, files: files) } }

  /// The root folder's record as the descriptor has it, which is 34 bytes without extensions.
  var rootRecord: [UInt8] { record([0], place: places[0], size: sizes[0], isFolder: true, use: []) }

  /// A field of a descriptor, filled up with blanks.
  func text(_ text: String, _ size: Int) -> [UInt8] {
    let bytes = names == .joliet ? Self.wide(text) : Array(text.utf8)
    let blank: [UInt8] = names == .joliet ? [0, 0x20] : [0x20]
    var field = bytes
    while field.count + blank.count <= size { field += blank }
    return field + Array(repeating: 0, count: size - field.count)
  }

  private func table(isBig: Bool) -> [UInt8] {
    var bytes = ISOBytes()
    let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 + 1) })
    for folder in order {
      let name = folder == 0 ? [0] : Self.identifier(root.folders[folder].name, names)
      bytes.append([UInt8(name.count), 0])
      if isBig { bytes.big32(places[folder]) } else { bytes.little32(places[folder]) }
      let parent = numbers[root.folders[folder].parent] ?? 1
      let halves = [UInt8(truncatingIfNeeded: parent), UInt8(truncatingIfNeeded: parent >> 8)]
      bytes.append(isBig ? halves.reversed() : halves)
      bytes.append(name)
      if name.count % 2 == 1 { bytes.zeros(1) }
    }
    return bytes.bytes
  }

  /// A folder's sectors: records, none of which goes over the end of a sector.
  private func folderBytes(_ number: Int, files: [Int]) -> [UInt8] {
    let folder = root.folders[number]
    var records = [
      record(
        [0], place: places[number], size: sizes[number], isFolder: true,
        use: number == 0 ? RockRidge.root : RockRidge.folder(nil)),
      record(
        [1], place: places[folder.parent], size: sizes[folder.parent], isFolder: true, use: RockRidge.folder(nil)),
    ]
    var children = folder.folders.map { child in
      let name = root.folders[child].name
      return (
        Self.identifier(name, names), place: places[child], size: sizes[child], isFolder: true,
        use: RockRidge.folder(name)
      )
    }
    children += folder.files.map { file in
      let name = root.files[file].name
      return (
        Self.identifier(name, names, isFile: true), place: files.isEmpty ? 0 : files[file],
        size: root.files[file].contents.count, isFolder: false, use: RockRidge.file(name)
      )
    }
    children.sort { $0.0.lexicographicallyPrecedes($1.0) }
    records += children.map { record($0.0, place: $0.place, size: $0.size, isFolder: $0.isFolder, use: $0.use) }
    var bytes = ISOBytes()
    for record in records {
      let left = ISO9660.sectorSize - bytes.bytes.count % ISO9660.sectorSize
      if record.count > left { bytes.zeros(left) }
      bytes.append(record)
    }
    bytes.pad(to: ISO9660.sectorSize)
    return bytes.bytes
  }

  /// A folder's record of a file or folder (ECMA-119, 9.1).
  private func record(_ name: [UInt8], place: Int, size: Int, isFolder: Bool, use: [UInt8]) -> [UInt8] {
    var bytes = ISOBytes()
    bytes.append([0, 0])
    bytes.both32(place)
    bytes.both32(size)
    bytes.append(date)
    bytes.append([isFolder ? 2 : 0, 0, 0])
    bytes.both16(1)
    bytes.append([UInt8(name.count)])
    bytes.append(name)
    if name.count % 2 == 0 { bytes.zeros(1) }
    if names == .rockRidge { bytes.append(use) }
    bytes.pad(to: 2)
    var record = bytes.bytes
    record[0] = UInt8(record.count)
    return record
  }

  private static func sectors(_ size: Int) -> Int { (size + ISO9660.sectorSize - 1) / ISO9660.sectorSize }

  private static func wide(_ text: String) -> [UInt8] {
    text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }

  /// A name as the tree has it; those of config drives are short enough for both.
  private static func identifier(_ name: String, _ names: Names, isFile: Bool = false) -> [UInt8] {
    guard names == .rockRidge else { return wide(name) }
    let dot = isFile ? name.utf8.lastIndex(of: UInt8(ascii: ".")) : nil
    let stem = plain(dot.map { String(name[..<$0]) } ?? name)
    guard isFile else { return stem }
    return stem + [UInt8(ascii: ".")] + plain(dot.map { String(name[$0...].dropFirst()) } ?? "") + Array(";1".utf8)
  }

  private static func plain(_ text: String) -> [UInt8] {
    text.uppercased().utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "_")
      }
    }
  }

  /// Years since 1900, month, day, hour, minute, second, and the distance from UTC.
  private static func date(_ time: Timestamp) -> [UInt8] {
    let parts = time.description.split { !("0"..."9").contains($0) }.compactMap { Int($0) }
    return [parts[0] - 1900, parts[1], parts[2], parts[3], parts[4], parts[5], 0].map { UInt8(clamping: $0) }
  }
}
