import Database
import Foundation
import MemoryModel

/// What stands at a path or behind a URL, before it is asked which system made it.
enum SourcePlace {
  /// A SQLite file, or a PostgreSQL database.
  case tables(any TableDatabase)
  /// A folder.
  case folder(SourceFolder)
  /// Any other file.
  case file(SourceDocument)

  /// Looks at a path.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`.
  init(path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw MemshError(.sourceNotFound, "there is no file \(path)", hint: "check the path")
    }
    if isFolder.boolValue {
      self = .folder(try SourceFolder(path: path))
    } else {
      let document = try SourceDocument(path: path)
      // An empty file is an empty database to SQLite.
      let isEmpty = document.head.isEmpty && !MarkdownFiles.isMarkdown(document.name)
      let isDatabase = isEmpty || document.head.starts(with: SourceDocument.sqliteMagic)
      self = isDatabase ? .tables(try SQLiteTables(path: path)) : .file(document)
    }
  }

  /// The path, or the URL without its password.
  var location: String {
    switch self {
    case .tables(let tables): tables.location
    case .folder(let folder): folder.path
    case .file(let document): document.path
    }
  }

  /// What tells one state of the place from another.
  var fingerprint: String {
    switch self {
    case .tables(let tables): tables.fingerprint
    case .folder(let folder): folder.fingerprint
    case .file(let document): document.fingerprint
    }
  }

  /// Runs `body`, whose reading of tables all sees one state of them.
  func reading<Value>(_ body: () throws -> Value) throws -> Value {
    if case .tables(let tables) = self { try tables.reading(body) } else { try body() }
  }

  func verifyUnchanged() throws {
    switch self {
    case .tables(let tables): try tables.verifyUnchanged()
    case .folder(let folder): try folder.verifyUnchanged()
    case .file(let document): try document.verifyUnchanged()
    }
  }

  func close() {
    if case .tables(let tables) = self { tables.close() }
  }
}

extension MemshError {
  /// The error for a place that somebody wrote to while it was read.
  static func sourceChanged(_ path: String) -> MemshError {
    MemshError(
      .sourceChanged, "another program wrote to \(path) while it was read",
      hint: "stop what writes to it, or migrate a copy; nothing was stored")
  }
}
