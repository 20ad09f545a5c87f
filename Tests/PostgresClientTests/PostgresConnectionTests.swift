import Foundation
import PostgresClient
import TestSupport
import Testing

@Suite struct PostgresConnectionTests {
  private let database: TestDatabase
  private let connection: PostgresConnection

  init() throws {
    database = try TestDatabase()
    connection = try database.connect()
  }

  @Test(
    "bound values arrive as they are", arguments: ["", "plain", "it's \"quoted\"; DROP TABLE x", "€ 𝄞 🧑🏽‍🚀 שלום", "$1"])
  func bindsText(text: String) throws {
    let row = try connection.query(unsafeSQL: "SELECT $1::text, length($1::text)", [.text(text)]).first
    #expect(try row?.text(0) == text)
    #expect(try row?.integer(1) == Int64(text.unicodeScalars.count))
  }

  @Test("every type of value goes there and back")
  func bindsTypes() throws {
    let row = try connection.query(
      unsafeSQL:
        """
        SELECT $1::bigint, $2::float8, $3, $4, $5, $6::text, $7::bytea, 7::int2, 8::int4, 1.5::float4, '{"a": 1}'::json, $8,
          $9, $10::bigint[]
        """,
      [
        .integer(.min), .double(.pi), .boolean(true), .textArray(["a", "", "ü,{}"]),
        .timestamp(microseconds: 1_735_689_600_123_456), .null, .binary([0, 255]), .textArray([]), .bytes([1, 254]),
        .integerArray([.min, 0, .max]),
      ]
    ).first
    #expect(try row?.integer(0) == Int64.min)
    #expect(try row?.double(1) == Double.pi)
    #expect(try row?.boolean(2) == true)
    #expect(try row?.textArray(3) == ["a", "", "ü,{}"])
    #expect(try row?.timestamp(4) == 1_735_689_600_123_456)
    #expect(try row?.text(5) == nil)
    #expect(try row?.bytes(6) == [0, 255])
    #expect(try row?.integer(7) == 7)
    #expect(try row?.integer(8) == 8)
    #expect(try row?.double(9) == 1.5)
    #expect(try row?.text(10) == #"{"a": 1}"#)
    #expect(try row?.textArray(11) == [])
    #expect(try row?.bytes(12) == [1, 254])
    #expect(
      try connection.query(unsafeSQL: "SELECT $1::bigint = ANY($2)", [.integer(.max), .integerArray([1, .max])]).first?
        .boolean(0)
        == true)
  }

  @Test("an error carries its SQLSTATE and the connection goes on")
  func reportsErrors() throws {
    #expect {
      try connection.query(unsafeSQL: "SELECT * FROM missing")
    } throws: { error in
      let error = error as? PostgresError
      return error?.kind == .server && error?.sqlState == "42P01" && error?.message.contains("missing") == true
    }
    #expect(try connection.query(unsafeSQL: "SELECT 1").first?.integer(0) == 1)
  }

  @Test("COPY BINARY writes every type, NULLs included")
  func copies() throws {
    try connection.execute(
      unsafeSQL: "CREATE TABLE copied (i int, b bigint, d float8, t text, j jsonb, s timestamp)")
    try connection.copyIn("COPY copied FROM STDIN (FORMAT BINARY)") { writer in
      try writer.beginRow(fields: 6)
      writer.write(int32: -1)
      writer.write(int64: .max)
      writer.write(double: 0.5)
      writer.write(text: "tab\tand 🙂")
      writer.write(jsonb: "{\"a\": [1]}")
      writer.write(timestamp: 0)
      try writer.beginRow(fields: 6)
      for _ in 0..<6 { writer.writeNull() }
    }
    let text = try connection.query(unsafeSQL: "SELECT string_agg(copied::text, ';') FROM copied").first?.text(0)
    #expect(text == "(-1,9223372036854775807,0.5,\"tab\tand 🙂\",\"{\"\"a\"\": [1]}\",\"1970-01-01 00:00:00\");(,,,,,)")
  }

  @Test("COPY BINARY reads what a query gives, NULLs and no rows included", arguments: [0, 1, 3])
  func copiesOut(rows: Int) throws {
    var found: [String] = []
    try connection.copyOut(
      """
      COPY (SELECT n, CASE WHEN n <> 2 THEN repeat('tab\tand 🙂', 100000) END
        FROM generate_series(1, \(rows)) AS n) TO STDOUT (FORMAT BINARY)
      """
    ) { row in found.append("\(try row.integer(0) ?? -1): \(try row.text(1)?.utf8.count ?? -1)") }
    #expect(found == ["1: 1200000", "2: -1", "3: 1200000"].prefix(rows).map(\.self))
    #expect(try connection.query(unsafeSQL: "SELECT 1").first?.integer(0) == 1)
  }

  @Test("reading that is given up, or fails on the server, leaves the connection usable")
  func abandonsCopyOut() throws {
    struct Stop: Error {}
    let endless = "COPY (SELECT generate_series(1, 1000000000)) TO STDOUT (FORMAT BINARY)"
    #expect(throws: Stop.self) {
      try connection.copyOut(endless) { if try $0.integer(0) == 1_000 { throw Stop() } }
    }
    var last: Int64?
    #expect {
      let failing = "COPY (SELECT 1 / (500 - n) + n FROM generate_series(1, 1000) AS n) TO STDOUT (FORMAT BINARY)"
      try connection.copyOut(failing) { last = try $0.integer(0) }
    } throws: { error in
      (error as? PostgresError)?.sqlState == "22012"
    }
    #expect(last == 500)
    #expect(try connection.query(unsafeSQL: "SELECT 1").first?.integer(0) == 1)
  }

  @Test("a COPY that is given up leaves nothing and the connection usable")
  func abandonsCopy() throws {
    struct Stop: Error {}
    try connection.execute(unsafeSQL: "CREATE TABLE t (i int)")
    #expect(throws: Stop.self) {
      try connection.copyIn("COPY t FROM STDIN (FORMAT BINARY)") { writer in
        try writer.beginRow(fields: 1)
        writer.write(int32: 1)
        throw Stop()
      }
    }
    #expect(try connection.query(unsafeSQL: "SELECT count(*) FROM t").first?.integer(0) == 0)
  }

  @Test("cancelling from another thread ends a statement at once")
  func cancels() throws {
    let cancel = connection.cancel
    Thread {
      Thread.sleep(forTimeInterval: 0.3)
      cancel()
    }.start()
    let started = Date()
    #expect {
      try connection.query(unsafeSQL: "SELECT pg_sleep(30)")
    } throws: { ($0 as? PostgresError)?.sqlState == "57014" }
    #expect(Date().timeIntervalSince(started) < 10)
  }

  @Test("a lost connection is told from a refused statement")
  func noticesLoss() throws {
    let pid = try connection.query(unsafeSQL: "SELECT pg_backend_pid()").first?.integer(0) ?? 0
    _ = try database.connect().query(unsafeSQL: "SELECT pg_terminate_backend($1::int)", [.integer(pid)])
    #expect {
      try connection.query(unsafeSQL: "SELECT 1")
    } throws: { ($0 as? PostgresError)?.kind == .connectionLost }
  }

  @Test("no server: the address is named, the password is not")
  func failsToConnect() {
    #expect {
      try PostgresConnection(parameters: ["dbname": "postgresql://u:hunter22@127.0.0.1:1/x"])
    } throws: { error in
      let error = error as? PostgresError
      return error?.kind == .connection && error?.message.contains("hunter22") == false
    }
  }

  @Test(
    "addresses without their passwords",
    arguments: [
      ("postgresql://ada:secret@db.example:5433/agents", "postgresql://ada@db.example:5433/agents"),
      ("host=db.example user=ada password=secret dbname=agents", "postgresql://ada@db.example/agents"),
      ("postgresql:///agents?host=/run/pg&user=ada", "postgresql://ada@/agents?host=/run/pg"),
    ])
  func showsAddresses(text: String, expected: String) throws {
    #expect(try PostgresAddress(connectionString: text).url == expected)
    #expect(!expected.contains("secret"))
  }
}
