import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import Shell

/// Reads and writes the files of this machine.
final class Files: FileAccess {
  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: StoreLocation.path(path)) }

  func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(StoreLocation.path(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  func realPath(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  func danger(of path: String) -> String? { FileTrust.danger(of: path) }

  func names(beginningWith path: String, extensions: [String]) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let beginning = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: StoreLocation.path(folder.isEmpty ? "." : folder))) ?? []
    return names.filter { $0.hasPrefix(beginning) && (beginning.hasPrefix(".") || !$0.hasPrefix(".")) }
      .compactMap { name in
        var isFolder: ObjCBool = false
        let full = StoreLocation.path(folder.isEmpty ? name : folder + name)
        guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else { return nil }
        if isFolder.boolValue { return folder + name + "/" }
        return extensions.isEmpty || extensions.contains((name as NSString).pathExtension) ? folder + name : nil
      }
  }

  private static let scriptBytesMaximum = 64 << 20

  func script(_ path: String) throws -> String {
    let limit = Files.scriptBytesMaximum
    if path == "-" { return try WholeFile.standardInput(limitBytes: limit, code: .scriptNotFound) }
    return try WholeFile.text(StoreLocation.path(path), limitBytes: limit, takesPipes: true, code: .scriptNotFound)
  }

  func fragments(_ path: String) throws -> [PromptFragment] { try FragmentFile.read(StoreLocation.path(path)) }

  func readMapping(_ path: String, into selection: inout SourceSelection) throws {
    try MappingFile.read(StoreLocation.path(path), into: &selection)
  }

  func yaml(_ json: JSON) throws -> String { try YAML.text(json) }

  func json(yaml text: String) throws -> JSON {
    do { return try YAML.json(text) } catch {
      throw MemshError(
        .usage, "what the editor left is not valid YAML", hint: "nothing was changed; try again", cause: "\(error)")
    }
  }

  func write(_ text: String, to path: String) throws {
    let file = try create(path, mayReplace: true)
    try file.write(text)
    try file.commit()
  }

  func read<Value>(linesOf path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value {
    try LineFile.read(path == "-" ? path : StoreLocation.path(path), body)
  }

  func write(
    piecesTo path: String, mayReplace: Bool, _ body: (@escaping (String) throws -> Void) throws -> Void
  ) throws {
    try LineFile.write(StoreLocation.path(path), mayReplace: mayReplace, body)
  }

  func create(_ path: String, mayReplace: Bool) throws -> NewFile {
    try NewFile(StoreLocation.path(path), mayReplace: mayReplace)
  }

  func makeFolder(of path: String) throws { try NewFile.makeFolder(of: StoreLocation.path(path)) }

  func remove(_ path: String) { unlink(StoreLocation.path(path)) }
}
