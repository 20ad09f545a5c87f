import Database
import Foundation
import MemoryModel
import TestSupport
import Testing

/// `--map vector=COLUMN`: all vectors of a column are read in one form.
@Suite struct VectorColumnTests {
  /// A table `docs(id, owner, body, emb)` of somebody's own, and a fresh store to migrate into.
  private struct Source {
    let folder: TestFolder
    let memsh: Memsh
    let place: String
    private let database: TestDatabase?

    /// - Parameter vectors: Literals of SQL.
    init(_ kind: World.Kind, type: String, _ vectors: [String]) throws {
      folder = try TestFolder()
      memsh = Memsh(in: folder)
      let rows = vectors.enumerated().map { "(\($0), 'ada', 'text \($0 < 10 ? "0" : "")\($0)', \($1))" }
      let sql =
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, owner TEXT, body TEXT, emb \(type)); INSERT INTO docs VALUES "
        + rows.joined(separator: ", ") + ";"
      if kind == .postgres {
        let database = try TestDatabase()
        try database.execute(sql)
        (place, self.database) = (database.url, database)
      } else {
        (place, database) = (try folder.sqlite("docs.db", sql), nil)
      }
    }

    func migrate(_ vector: String, _ options: String..., embeddings: String = "keep") throws -> Memsh.Result {
      try memsh.run(
        [
          "-q", "-d", "new.db", "--embedder", "hash", "--output", "json", "migrate", "--from", place, "--table", "docs",
          "--map", "id=id,content=body,user=owner,vector=\(vector)", "--embeddings", embeddings, "--skip-test",
        ] + options)
    }

    func inspect(_ vector: String, output: String = "json") throws -> String {
      try memsh.run([
        "-q", "--output", output, "inspect", place, "--table", "docs", "--map",
        "id=id,content=body,user=owner,vector=\(vector)",
      ]).output
    }

    /// The vectors of the new store as hexadecimal digits, in the order of the rows.
    func vectors() throws -> [String] {
      try folder.rows("new.db", "SELECT hex(embedding) FROM memories ORDER BY content")
    }
  }

  enum Form: String, CaseIterable, Sendable {
    case float32, float64, float32be, float64be, int8, json

    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { value -> [UInt8] in
        switch self {
        case .float32: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
        case .float32be: withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init)
        case .float64: withUnsafeBytes(of: Double(value).bitPattern.littleEndian, Array.init)
        case .float64be: withUnsafeBytes(of: Double(value).bitPattern.bigEndian, Array.init)
        case .int8: [UInt8(bitPattern: Int8(value))]
        case .json: []
        }
      }
    }

    /// A literal of SQL.
    func literal(_ values: [Float], _ kind: World.Kind) -> String {
      guard self != .json else { return "'\(values)'" }
      let digits = VectorColumnTests.hex(bytes(values))
      return kind == .postgres ? "'\\x\(digits)'" : "x'\(digits)'"
    }

    func type(_ kind: World.Kind) -> String { self == .json ? "TEXT" : kind == .postgres ? "BYTEA" : "BLOB" }
  }

  fileprivate static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  private static func stored(_ values: [Float]) -> String { hex(Form.float32.bytes(values)) }

  /// Vectors such as a model makes, or round ones; small integers where the form has no others.
  private static func rows(_ form: Form, isRound: Bool) -> [[Float]] {
    var random = SeededGenerator(seed: 21)
    return (0..<12).map { _ in
      (0..<16).map { _ in
        if form == .int8 { return Float((-3...3).reduce(0) { sum, _ in sum + Int.random(in: -9...9, using: &random) }) }
        return isRound
          ? Float(Int.random(in: -4...4, using: &random)) / 2 : Float.random(in: -0.5...0.5, using: &random)
      }
    }
  }

  @Test("each form, guessed and named, to the bit", arguments: World.Kind.allCases, Form.allCases)
  func keepsVectors(kind: World.Kind, form: Form) throws {
    for isRound in [false, true] {
      let rows = VectorColumnTests.rows(form, isRound: isRound)
      for name in ["emb", "emb:\(form.rawValue)"] {
        let source = try Source(kind, type: form.type(kind), rows.map { form.literal($0, kind) })
        let result = try source.migrate(name)
        #expect(result.status == 0, "\(name): \(result.errors)")
        #expect(try source.vectors() == rows.map(VectorColumnTests.stored), "\(name), round: \(isRound)")
        let told = try JSONParser.parse(source.inspect(name))[key: "vectors"]?[key: "forms"]?.arrayValue?.first
        #expect(told?[key: "form"] == .string(form.rawValue))
        #expect(told?[key: "guessed_from"] == (name == "emb" ? .integer(12) : .null))
      }
    }
  }

  @Test("rows with NaN, with tiny numbers and of another form", arguments: World.Kind.allCases)
  func rejectsOddRows(kind: World.Kind) throws {
    let form = Form.float32
    var rows = VectorColumnTests.rows(form, isRound: false)
    rows[1][0] = Float(bitPattern: 1)
    rows[2] = rows[2].map { _ in Float(bitPattern: 1) }
    var literals = rows.map { form.literal($0, kind) }
    literals[0] = form.literal(rows[0].dropLast() + [.nan], kind)
    // As many bytes as the others have.
    literals[3] = Form.float64.literal(Array(rows[3].prefix(8)), kind)
    literals[4] = kind == .sqlite ? "'[1, 2]'" : "'[1, 2]'::bytea"
    let source = try Source(kind, type: form.type(kind), literals)
    let inspected = try JSONParser.parse(source.inspect("emb"))
    #expect(inspected[key: "rejected"]?.arrayValue?.count == 1)
    #expect(inspected[key: "rejected"]?.arrayValue?.first?[key: "reason"] == .string("invalid_embedding"))
    #expect(inspected[key: "rejected"]?.arrayValue?.first?[key: "rows"] == .integer(3))
    let path = source.folder.file("rejects.jsonl")
    let result = try source.migrate("emb", "--max-rejected", "3", "--reject-file", path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try source.vectors() == (rows[1...2] + rows[5...]).map(VectorColumnTests.stored))
    let rejects = try String(contentsOfFile: path, encoding: .utf8)
    #expect(rejects.components(separatedBy: "invalid_embedding").count == 4, "\(rejects)")
    for reason in ["it contains NaN", "it is float64 little-endian, and", "it is a JSON array, and"] {
      #expect(rejects.contains(reason), "\(rejects)")
    }
  }

  @Test("what cannot be told is asked for, and nothing is kept until it is said", arguments: World.Kind.allCases)
  func asks(kind: World.Kind) throws {
    let rows: [[Float]] = [[1, 2, 3, 0.5], [2, 0.25, 1, 1]]
    let source = try Source(kind, type: Form.float64.type(kind), rows.map { Form.float64.literal($0, kind) })
    let refused = try source.migrate("emb")
    #expect(refused.status != 0 && refused.errors.contains("float32 little-endian, float64 little-endian"))
    #expect(refused.errors.contains("--map vector=COLUMN:float32"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: source.folder.file("new.db")))
    let screen = try source.inspect("emb", output: "table")
    #expect(screen.contains("may be any of these") && screen.contains("2 unreadable"), "\(screen)")
    let wrong = try source.migrate("emb:float46")
    #expect(wrong.status == 2 && wrong.errors.contains("the forms are: json, float32, float64"), "\(wrong.errors)")
    #expect(try source.migrate("emb2:float64").errors.contains("has no column 'emb2'"))
    // Without the vectors it needs no answer, and says so.
    let auto = try source.memsh.run([
      "-d", "auto.db", "--embedder", "hash", "migrate", "--from", source.place, "--table", "docs", "--map",
      "content=body,user=owner,vector=emb", "--skip-test",
    ])
    #expect(auto.status == 0 && auto.errors.contains("may be any of these"), "\(auto.errors)")
    #expect(try source.migrate("emb:float64").status == 0)
    #expect(try source.vectors() == rows.map(VectorColumnTests.stored))
  }

  @Test("the form in a mapping file, and behind a column that has a colon in its name")
  func takesFormsFromFiles() throws {
    let folder = try TestFolder()
    let rows: [[Float]] = [[1, 2], [3, 4]]
    let literals = rows.map { Form.float64be.literal($0, .sqlite) }
    let place = try folder.sqlite(
      "n.db",
      "CREATE TABLE n (body TEXT, \"a:b\" BLOB); INSERT INTO n VALUES ('1', \(literals[0])), ('2', \(literals[1]));")
    let file = try folder.write(
      "table: n\nmap:\n  content: body\n  user: \"'ada'\"\n  vector: a:b:float64be\n", to: "n.yaml")
    let memsh = Memsh(in: folder)
    let options = ["--embedder", "hash", "migrate", "--from", place, "--embeddings", "keep", "--skip-test"]
    let result = try memsh.run(["-q", "-d", "new.db"] + options + ["--map", file])
    #expect(result.status == 0, "\(result.errors)")
    let sql = "SELECT hex(embedding) FROM memories ORDER BY content"
    #expect(try folder.rows("new.db", sql) == rows.map(VectorColumnTests.stored))
    let again = try memsh.run(
      ["-q", "-d", "again.db"] + options + [
        "--table", "n", "--map", #"content=body,user='ada',vector="a:b":float64be"#,
      ])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try folder.rows("again.db", sql) == rows.map(VectorColumnTests.stored))
  }

  @Test("arrays of PostgreSQL")
  func readsArrays() throws {
    let rows = VectorColumnTests.rows(.float32, isRound: false)
    for type in ["real[]", "double precision[]"] {
      let source = try Source(.postgres, type: type, rows.map { "ARRAY\($0)" })
      let result = try source.migrate("emb")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try source.vectors() == rows.map(VectorColumnTests.stored))
      let wrong = try source.migrate("emb:float32")
      #expect(wrong.status == 2 && wrong.errors.contains("the type of their column says their form"), "\(wrong.errors)")
    }
  }
}
