import PostgresClient
import TestSupport
import Testing

/// Several statements in one round trip.
@Suite struct PipelineTests {
  private let database: TestDatabase
  private let connection: PostgresConnection

  init() throws {
    database = try TestDatabase()
    connection = try database.connect()
    try connection.execute(unsafeSQL: "CREATE TABLE numbers (number bigint PRIMARY KEY)")
  }

  private func numbers() throws -> [Int64] {
    try connection.query(unsafeSQL: "SELECT number FROM numbers ORDER BY 1").rows.compactMap { try $0.integer(0) }
  }

  private static let insertion = "INSERT INTO numbers SELECT unnest($1::bigint[])"

  @Test("every statement has its answer")
  func answers() throws {
    let (results, failure) = connection.run([
      PostgresStatement("BEGIN"), PostgresStatement(Self.insertion, [.integerArray([1, 2])]),
      PostgresStatement("SELECT count(*) FROM numbers"), PostgresStatement("COMMIT"),
    ])
    #expect(failure == nil && results.count == 4)
    #expect(results[1].affectedRows == 2)
    #expect(try results[2].first?.integer(0) == 2)
    #expect(!connection.isInTransaction)
    #expect(try numbers() == [1, 2])
  }

  @Test("what stands behind a failure is not run, and the connection goes on")
  func stops() throws {
    let (results, failure) = connection.run([
      PostgresStatement("BEGIN"), PostgresStatement(Self.insertion, [.integerArray([1])]),
      PostgresStatement(Self.insertion, [.integerArray([1])]), PostgresStatement("COMMIT"),
    ])
    #expect(results.count == 2 && failure?.sqlState == "23505")
    #expect(connection.isInFailedTransaction)
    try connection.execute(unsafeSQL: "ROLLBACK")
    #expect(try numbers().isEmpty)
  }

  @Test("much that goes one way and much that comes back do not wait for each other")
  func isLarge() throws {
    let text = String(repeating: "x", count: 4_000_000)
    let statements = (0..<4).map { _ in PostgresStatement("SELECT repeat($1::text, 4)", [.text(text)]) }
    let (results, failure) = connection.run(statements)
    #expect(failure == nil)
    #expect(try results.map { try $0.first?.text(0)?.utf8.count } == [16_000_000, 16_000_000, 16_000_000, 16_000_000])
  }

  @Test("a lost connection is said to be lost")
  func isLost() throws {
    let (_, failure) = connection.run([
      PostgresStatement("SELECT 1"), PostgresStatement("SELECT pg_terminate_backend(pg_backend_pid())"),
      PostgresStatement("SELECT 2"),
    ])
    #expect(failure != nil)
    let again = connection.run([PostgresStatement("SELECT 1"), PostgresStatement("SELECT 2")])
    #expect(again.results.isEmpty && again.failure?.kind == .connectionLost, "\(again)")
  }
}
