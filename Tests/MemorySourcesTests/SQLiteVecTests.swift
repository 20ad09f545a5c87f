import Database
import Foundation
import MemoryModel
import MemorySources
import TestSupport
import Testing

/// Tables of sqlite-vec, read without it. Tests/Fixtures/sqlite-vec/make.py wrote them with the extension.
@Suite struct SQLiteVecTests {
  private static let fixture = Memsh.package + "/Tests/Fixtures/sqlite-vec/"

  private struct Answer {
    let json: JSON
    init(_ json: JSON) { self.json = json }
    subscript(key: String) -> JSON? { json[key: key].flatMap { $0 == .null ? nil : $0 } }
    func text(_ key: String) -> String? { self[key]?.stringValue }
  }

  private func answers() throws -> [Answer] {
    let text = try String(contentsOfFile: SQLiteVecTests.fixture + "answers.json", encoding: .utf8)
    guard case .array(let items) = try JSONParser.parse(text) else { return [] }
    return items.map(Answer.init)
  }

  private func hex(_ vector: Vector?) -> String? {
    vector.map { $0.littleEndianBytes.map { String(format: "%02x", $0) }.joined() }
  }

  @Test("every row is what the extension itself answers, over chunks, partitions, deletes and slots used again")
  func equalsTheExtension() throws {
    let source = try ForeignSource.opened(SQLiteVecTests.fixture + "vec.db")
    #expect(try source.survey().version == "v0.1.9")
    let rows = try source.allRows()
    let answers = try answers()
    #expect(rows.count == answers.count)
    #expect(try source.survey().rows == Int64(answers.count))
    for answer in answers {
      let row = try #require(rows.first { $0.collection == answer.text("table") && $0.legacyID == answer.text("id") })
      #expect(row.content == .text(answer.text("content") ?? ""))
      #expect(hex(row.vector) == answer.text("vector"), "\(row.key)")
      guard answer.text("table") == "notes" else {
        #expect(row.userID == .text(answer.text("user") ?? ""))
        continue
      }
      #expect(row.userID == .text("default"))
      #expect(row.value(of: "owner")?.json ?? .null == answer["owner"] ?? .null)
      #expect(row.value(of: "extra")?.json ?? .null == answer["extra"] ?? .null)
      #expect(row.value(of: "lang")?.json ?? .null == answer["lang"] ?? .null, "\(row.key)")
      #expect(row.value(of: "rank")?.json ?? .null == answer["rank"] ?? .null)
      #expect(row.value(of: "done")?.json ?? .null == answer["done"] ?? .null)
      #expect(row.value(of: "weight")?.json.doubleValue == answer["weight"]?.doubleValue)
    }
  }

  @Test("what is left out is said")
  func remarks() throws {
    let remarks = try ForeignSource.opened(SQLiteVecTests.fixture + "vec.db").survey().remarks
    #expect(
      remarks == [
        "the text of a vector in notes_vec is notes.body of the row with the same key",
        "the int8 vectors in odd name.small are left out: memsh keeps vectors of 32-bit floats only",
        "the float vectors in odd name.b are left out: a memory has one vector, and takes that of the column a",
        "alone (20 rows of float[2]) has no text beside it: it is left out",
      ])
  }

  @Test("the rows of a table with 1,306 vectors in two chunks, beside their texts", .enabled(if: StoreTruth.isHere))
  func readsChunks() throws {
    let folder = try TestFolder()
    let data = try Data(contentsOf: URL(fileURLWithPath: StoreTruth.folder + "/sqlite-vec/vec.db"))
    try data.write(to: URL(fileURLWithPath: folder.file("vec.db")))
    let path = try folder.sqlite(
      "vec.db",
      "CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO plain SELECT rowid, 'x' || rowid FROM v_plain_rowids;"
    )
    var selection = SourceSelection()
    selection.collection = "plain"
    let rows = try ForeignSource.opened(path, selection).allRows()
    let truth = try StoreTruth.memories("sqlite-vec")
    #expect(rows.count == 1_306 && truth.count == 1_306)
    let byID = Dictionary(rows.map { ($0.legacyID ?? "", $0.vector) }, uniquingKeysWith: { first, _ in first })
    let vectors = try StoreTruth.vectors(truth.map { ($0[key: "vector_of"]?.stringValue ?? "", 16) })
    for (memory, vector) in zip(truth, vectors) {
      let id = memory[key: "id"]?.text ?? ""
      #expect(byID[id]??.littleEndianBytes == vector.littleEndianBytes, "\(id)")
    }
  }

  @Test("vectors whose texts are gone are left out, which is said")
  func leavesOutDangling() throws {
    let folder = try TestFolder()
    let data = try Data(contentsOf: URL(fileURLWithPath: SQLiteVecTests.fixture + "vec.db"))
    try data.write(to: URL(fileURLWithPath: folder.file("a.db")))
    let path = try folder.sqlite("a.db", "DELETE FROM notes WHERE id IN (2, 3)")
    let source = try ForeignSource.opened(path)
    #expect(try source.survey().remarks.contains("left out: 2 vectors in notes_vec without a row in notes"))
    #expect(try source.allRows().count { $0.collection == "notes" } == 64)
  }

  @Test("texts in two tables that would both do are not guessed at, and vectors without texts are refused")
  func refuses() throws {
    let folder = try TestFolder()
    func copy(_ name: String, _ sql: String) throws -> String {
      let data = try Data(contentsOf: URL(fileURLWithPath: SQLiteVecTests.fixture + "vec.db"))
      try data.write(to: URL(fileURLWithPath: folder.file(name)))
      return try folder.sqlite(name, sql)
    }
    // Without the module, a virtual table can be dropped only as an entry of the schema.
    let drop = """
      PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name LIKE 'odd name%' OR name LIKE 'sqlite_auto%odd name%';
      PRAGMA writable_schema = RESET;
      """
    let alone = try copy("alone.db", drop + "DROP TABLE notes;")
    #expect { try ForeignSource.opened(alone) } throws: { error in
      guard let error = error as? MemshError else { return false }
      return error.code == .sourceUnsupported && error.message.contains("alone (20 rows of float[2])")
        && error.hint?.contains("--table TABLE --map content=COLUMN") == true
    }
    let texts = "SELECT id, body FROM notes"
    let two = try copy(
      "two.db",
      drop
        + "CREATE TABLE a AS \(texts); CREATE TABLE b AS \(texts); UPDATE a SET rowid = id + 9000; UPDATE a SET rowid = id; "
        + "UPDATE b SET rowid = id + 9000; UPDATE b SET rowid = id; DROP TABLE notes;")
    #expect { try ForeignSource.opened(two) } throws: { ($0 as? MemshError)?.code == .sourceUnsupported }
  }
}
