import Foundation
import PostgresClient

/// A PostgreSQL database of a test's own, on the server that `scripts/test` started.
public final class TestDatabase {
  /// Its URL.
  public let url: String
  private let name: String
  private let serverURL: String

  /// What is wrong when there is no server.
  public struct NoServer: Error, CustomStringConvertible {
    /// How to get one.
    public let description = "MEMSH_TEST_POSTGRES is not set: run the tests with scripts/test"
  }

  /// Creates an empty database.
  public init() throws {
    guard let serverURL = ProcessInfo.processInfo.environment["MEMSH_TEST_POSTGRES"] else { throw NoServer() }
    name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
    self.serverURL = serverURL
    guard let slash = serverURL.lastIndex(of: "/") else { throw NoServer() }
    url = serverURL[...slash] + name
    try PostgresConnection(parameters: ["dbname": serverURL]).execute(unsafeSQL: "CREATE DATABASE \(name)")
  }

  deinit {
    try? PostgresConnection(parameters: ["dbname": serverURL])
      .execute(unsafeSQL: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// Opens a connection to it.
  public func connect() throws -> PostgresConnection { try PostgresConnection(parameters: ["dbname": url]) }

  /// The first column of the first row of a statement, as text.
  public func value(_ sql: String) throws -> String? {
    try connect().query(SQL(stringLiteral: "SELECT (\(sql))::text")).first?.text(0)
  }
}
