import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport

/// A folder, a memsh that runs in it, and a store of either kind.
struct World {
  let folder: TestFolder
  let memsh: Memsh
  let database: TestDatabase?
  /// The store's URL or path.
  let store: String

  enum Kind: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// Another round, over another layout, is about PostgreSQL alone.
    static var allCases: [Kind] { TestDatabase.layout == nil ? [.sqlite, .postgres] : [.postgres] }
  }

  init(_ kind: Kind = .sqlite) throws {
    folder = try TestFolder()
    memsh = Memsh(in: folder)
    database = kind == .postgres ? try TestDatabase() : nil
    store = database?.url ?? folder.file("store.db")
  }

  init(folder: TestFolder, database: TestDatabase) {
    self.folder = folder
    self.database = database
    memsh = Memsh(in: folder)
    store = database.url
  }

  /// A SQLite store at a path.
  init(folder: TestFolder, store: String) {
    self.folder = folder
    self.store = store
    memsh = Memsh(in: folder)
    database = nil
  }

  /// Runs memsh on the store.
  func run(_ arguments: String..., input: String = "") throws -> Memsh.Result {
    try memsh.run(["-d", store] + arguments, input: input)
  }

  /// The same for arguments in a list.
  func run(_ arguments: [String]) throws -> Memsh.Result { try memsh.run(["-d", store] + arguments) }

  /// Runs memsh on the store and reads its JSON.
  func json(_ arguments: String...) throws -> JSON { try json(arguments) }

  /// The same for arguments in a list.
  func json(_ arguments: [String]) throws -> JSON {
    try JSONParser.parse(try memsh.run(["-d", store, "-q", "--output", "json"] + arguments).output)
  }

  /// Writes a script.
  func script(_ text: String, _ name: String = "test.memsh") throws -> String { try folder.write(text, to: name) }
}
