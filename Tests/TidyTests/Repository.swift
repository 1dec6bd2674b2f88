import FoundationEssentials

/// The project's own files as text, for the tests that read them.
struct Repository {
  /// A text file, named by its path from the project's folder.
  struct File: Sendable {
    let path: String
    let text: String
    let lines: [Substring]
    /// A Swift file as the compiler sees it, without comments and without what stands in string literals. As many lines.
    let code: [Substring]

    init(path: String, text: String) {
      self.path = path
      self.text = text
      lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let isSwift = path.hasSuffix(".swift")
      code = isSwift ? SwiftCode(text).bare.split(separator: "\n", omittingEmptySubsequences: false) : lines
    }

    /// The folder below `Sources`, `Tests` or `tools` that the file belongs to, which is its module.
    var module: String {
      let parts = path.split(separator: "/")
      return parts.count > 2 ? String(parts[1]) : ""
    }

    /// `path:line` of every line of code that has one of `words` and that `isOffence` says is wrong. The words make it
    /// fast, since most lines have none of them.
    func places(with words: [String], where isOffence: (Int, Substring) -> Bool = { _, _ in true }) -> [String] {
      code.enumerated().compactMap { number, line in
        words.contains(where: line.contains) && isOffence(number, line) ? "\(path):\(number + 1)" : nil
      }
    }
  }

  /// The project's folder, found from where this file was compiled.
  static let root: String = {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(3).joined(separator: "/")
  }()

  /// Every file below `folder` whose name ends in one of `endings`, in the order of the paths. What is built, fetched or
  /// made by running the programs is left out.
  static func files(in folder: String = "", endings: [String]) -> [File] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
    return names.sorted().filter { !isMade($0, in: folder) }.flatMap { name -> [File] in
      let path = folder.isEmpty ? name : folder + "/" + name
      var isFolder = false
      guard FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder) else { return [] }
      if isFolder { return files(in: path, endings: endings) }
      return endings.contains(where: name.hasSuffix) ? file(path).map { [$0] } ?? [] : []
    }
  }

  /// The file at `path`, or nil when there is none or it is not text.
  static func file(_ path: String) -> File? {
    guard let data = FileManager.default.contents(atPath: root + "/" + path),
      let text = String(validating: data, as: UTF8.self)
    else { return nil }
    return File(path: path, text: text)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  /// The Swift files of the programs and libraries: what users run.
  static let sources = files(in: "Sources", endings: [".swift"]) + files(in: "tools", endings: [".swift"])

  static let tests = files(in: "Tests", endings: [".swift"])

  static let documents = files(endings: [".md"])

  /// Scripts are found by their first line, since they have no ending.
  static let scripts: [File] = {
    let folders = ["tools", ".ci", "benchmarks"]
    return folders.flatMap { files(in: $0, endings: [""]) }.filter { $0.text.hasPrefix("#!") }
  }()

  private static func isMade(_ name: String, in folder: String) -> Bool {
    name == ".git" || name.hasPrefix(".build") || name == "__pycache__" || folder.isEmpty && name == "var"
  }
}
