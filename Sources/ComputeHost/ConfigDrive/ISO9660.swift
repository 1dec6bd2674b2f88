package import Model

/// A read-only file system for a CD-ROM (ECMA-119), with the names as they are for readers of Rock Ridge (Linux, BSD) and
/// of Joliet (Windows). It is written as bytes, so that a config drive costs neither a program nor a temporary folder.
///
/// After the descriptors come two trees of folders with different names in them, one of ECMA-119 with Rock Ridge and one of
/// Joliet, each with its path tables; the files' contents stand behind and belong to both.
package struct ISO9660: Sendable {
  package struct File: Sendable {
    /// Folders are made as they are needed: `openstack/latest/meta_data.json`.
    package var path: String
    package var contents: [UInt8]

    package init(path: String, contents: [UInt8]) {
      (self.path, self.contents) = (path, contents)
    }
  }

  static let sectorSize = 2048
  /// The first sectors are for whatever boots from the disc.
  private static let systemSectors = 16

  let label: String
  let time: Timestamp
  private let files: [File]

  /// - Parameters:
  ///   - label: The volume's name, at most 16 ASCII characters for the sake of Joliet.
  ///   - time: Stands at every file, so that the same files give the same bytes.
  package init(label: String, files: [File], time: Timestamp) {
    precondition(label.utf8.count <= 16, "a volume's name has at most 16 characters")
    (self.label, self.files, self.time) = (label, files, time)
  }

  /// The whole image, a multiple of the sector's size.
  package var bytes: [UInt8] {
    let root = ISOFolder(files)
    var trees = [ISOTree(root, .rockRidge, time: time), ISOTree(root, .joliet, time: time)]
    // Three descriptors: one of each tree, and the end of their list.
    var sector = Self.systemSectors + 3
    for index in trees.indices { sector = trees[index].placeTables(at: sector) }
    for index in trees.indices { sector = trees[index].placeFolders(at: sector) }
    let places = Self.place(root.files, &sector)
    var image = ISOBytes()
    image.zeros(Self.systemSectors * Self.sectorSize)
    for tree in trees { image.append(descriptor(of: tree, sectors: sector)) }
    image.append(Self.end)
    for tree in trees { image.append(tree.tables) }
    for tree in trees { image.append(tree.folders(places)) }
    for file in root.files {
      image.append(file.contents)
      image.pad(to: Self.sectorSize)
    }
    return image.bytes
  }

  /// The sectors of the files, one behind the other.
  private static func place(_ files: [ISOFolder.File], _ sector: inout Int) -> [Int] {
    files.map { file in
      defer { sector += (file.contents.count + sectorSize - 1) / sectorSize }
      return sector
    }
  }

  /// The volume descriptor of a tree (ECMA-119, 8.4 and 8.5).
  private func descriptor(of tree: ISOTree, sectors: Int) -> [UInt8] {
    var block = ISOBytes()
    block.append([tree.names == .joliet ? 2 : 1] + Array("CD001".utf8) + [1, 0])
    block.append(tree.text("", 32))
    block.append(tree.text(label, 32))
    block.zeros(8)
    block.both32(sectors)
    // Joliet's level 3: UCS-2.
    block.append(tree.names == .joliet ? [0x25, 0x2F, 0x45] : [0, 0, 0])
    block.zeros(29)
    for number in [1, 1, Self.sectorSize] { block.both16(number) }
    block.both32(tree.tableSize)
    block.little32(tree.littleTable)
    block.little32(0)
    block.big32(tree.bigTable)
    block.big32(0)
    block.append(tree.rootRecord)
    for field in ["", "", "PLUGBOARD", ""] { block.append(tree.text(field, 128)) }
    for _ in 0..<3 { block.append(tree.text("", 37)) }
    let digits = time.description.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.prefix(14)
    let now = Array(digits) + Array("00".utf8) + [0]
    let never = Array(repeating: UInt8(ascii: "0"), count: 16) + [0]
    for date in [now, now, never, never] { block.append(date) }
    block.append([1])
    block.pad(to: Self.sectorSize)
    return block.bytes
  }

  private static let end: [UInt8] =
    [255] + Array("CD001".utf8) + [1] + Array(repeating: UInt8(0), count: sectorSize - 7)
}

/// Bytes in the making, with numbers as the standard wants them: little, big, or one after the other.
struct ISOBytes {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  mutating func zeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

  mutating func pad(to size: Int) {
    let rest = bytes.count % size
    if rest > 0 { zeros(size - rest) }
  }

  mutating func little32(_ number: Int) { append([0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }) }

  mutating func big32(_ number: Int) { append([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }) }

  mutating func both32(_ number: Int) {
    little32(number)
    big32(number)
  }

  mutating func both16(_ number: Int) { append([0, 8, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }) }
}
