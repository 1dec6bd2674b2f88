/// The files of an image as a tree. Folders and files are known by their numbers, the root being folder 0.
struct ISOFolder {
  struct Folder {
    var name: String
    var parent: Int
    var folders: [Int] = []
    var files: [Int] = []
  }

  struct File {
    var name: String
    var contents: [UInt8]
  }

  private(set) var folders = [Folder(name: "", parent: 0)]
  private(set) var files: [File] = []

  init(_ files: [ISO9660.File]) {
    for file in files {
      let parts = file.path.split(separator: "/").map(String.init)
      guard let name = parts.last else { continue }
      var folder = 0
      for part in parts.dropLast() { folder = self.folder(named: part, in: folder) }
      folders[folder].files.append(self.files.count)
      self.files.append(File(name: name, contents: file.contents))
    }
  }

  private mutating func folder(named name: String, in parent: Int) -> Int {
    if let known = folders[parent].folders.first(where: { folders[$0].name == name }) { return known }
    folders.append(Folder(name: name, parent: parent))
    folders[parent].folders.append(folders.count - 1)
    return folders.count - 1
  }
}
