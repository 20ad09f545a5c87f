import Database
import MemoryModel
import MemoryServices
import MemoryStore
import PostgresDriver
import SQLiteDriver
import TestSupport

/// A fresh store of each kind: what holds for one must hold for the other.
enum StoreKind: String, CaseIterable, Sendable {
  case sqlite, postgres

  /// Another round, over another layout, is about PostgreSQL alone.
  static var allCases: [StoreKind] { TestDatabase.layout == nil ? [.sqlite, .postgres] : [.postgres] }
}

/// A store of a test's own, and what keeps its database alive.
struct Fixture {
  let store: MemoryStore
  let folder: TestFolder
  let database: TestDatabase?

  init(_ kind: StoreKind) throws {
    folder = try TestFolder()
    switch kind {
    case .sqlite:
      database = nil
      store = MemoryStore(SQLiteDriver(path: folder.file("store.db")))
    case .postgres:
      let database = try TestDatabase()
      self.database = database
      store = MemoryStore(
        try PostgresDriver(
          connectionString: database.url))
    }
  }

  static let space = EmbeddingSpace(provider: "test", model: "m", dimensions: 3)

  /// A store with its schema.
  static func prepared(_ kind: StoreKind) throws -> Fixture {
    let fixture = try Fixture(kind)
    _ = try fixture.store.vectorSupport(.ensure)
    _ = try fixture.store.createSchema(space: space)
    return fixture
  }

  /// The names of the memory indexes.
  var present: [SchemaObject] {
    get throws { try store.schema().filter { $0.state == .present } }
  }
}

/// Shows progress to nobody.
final class NoProgress: ProgressReporter {
  func report(_ event: WorkEvent) {}
  func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {}
}

/// A memory for tests.
func memory(
  _ content: String, user: String = "ada", vector: [Float]? = nil, category: String? = nil,
  importance: Double? = 0.5, metadata: JSON = .object([])
) -> MemoryFields {
  MemoryFields(
    userID: user, content: content, embedding: vector.map(Vector.init), metadata: metadata, category: category,
    importanceScore: importance, createdAt: Timestamp(microseconds: 1_735_689_600_123_456),
    updatedAt: Timestamp(microseconds: 1_735_689_600_123_457))
}
