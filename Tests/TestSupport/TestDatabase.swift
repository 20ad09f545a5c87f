import Foundation
import PostgresClient
import Synchronization

/// A PostgreSQL database of a test's own, on the server that `scripts/test` started.
package final class TestDatabase {
  /// Its URL.
  package let url: String
  /// Its name.
  package let name: String
  private let serverURL: String

  /// What is wrong when there is no server.
  package struct NoServer: Error, CustomStringConvertible {
    /// How to get one.
    package let description = "MEMSH_TEST_POSTGRES is not set: run the tests with scripts/test"
  }

  /// Which of the servers that `scripts/test` starts.
  package enum Server: String, CaseIterable, Sendable {
    case postgres18 = "MEMSH_TEST_POSTGRES"
    case postgres16 = "MEMSH_TEST_POSTGRES_16"
  }

  /// How memsh is to lay out the memories that it makes in every database, such as `partitioned 12`; nil for one table.
  /// `scripts/test` sets it for another round of the same tests.
  package static let layout = ProcessInfo.processInfo.environment["MEMSH_TEST_LAYOUT"]
  /// So many checks of `doctor` are about this layout alone.
  package static let checksOfLayout = layout.map { $0.hasPrefix("citus") ? 5 : 2 } ?? 0
  /// Whether memories stand on several servers, which take one statement at a time.
  package static let isCluster = layout?.hasPrefix("citus") == true
  /// Whether a foreign key to the id of a memory can be made.
  package static let canBeReferredTo = layout == nil
  /// The other servers of the cluster that the server is of, as far as there is one.
  private static let nodes = (ProcessInfo.processInfo.environment["MEMSH_TEST_NODES"] ?? "").split(separator: " ")
    .map(String.init)

  /// Servers that join write the roles, which all databases share, on each other: one at a time can.
  private static let joining = Mutex(())

  /// Creates an empty database.
  ///
  /// - Parameters:
  ///   - layout: How memsh is to lay out the memories that it makes in it.
  ///   - options: What follows `CREATE DATABASE name`.
  ///   - name: Its name, where one is to be read; nil for any.
  package init(
    on server: Server = .postgres18, options: String = "", name: String? = nil, layout: String? = TestDatabase.layout
  ) throws {
    guard let serverURL = ProcessInfo.processInfo.environment[server.rawValue] else { throw NoServer() }
    self.name = name ?? "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
    self.serverURL = serverURL
    guard let slash = serverURL.lastIndex(of: "/") else { throw NoServer() }
    url = serverURL[...slash] + self.name
    try PostgresConnection(parameters: ["dbname": serverURL])
      .execute(unsafeSQL: "CREATE DATABASE \(self.name) \(options)")
    guard let layout else { return }
    if layout.hasPrefix("citus") { try joinNodes(options) }
    try connect().execute(unsafeSQL: "ALTER DATABASE \(self.name) SET memsh.layout = '\(layout)'")
  }

  /// Makes the database on the other servers, too, and joins them.
  private func joinNodes(_ options: String) throws {
    let coordinator = try connect()
    try coordinator.execute(unsafeSQL: "CREATE EXTENSION citus")
    try coordinator.execute(unsafeSQL: "SELECT citus_set_coordinator_host('127.0.0.1', \(port))")
    for node in TestDatabase.nodes {
      try PostgresConnection(parameters: ["dbname": node])
        .execute(unsafeSQL: "CREATE DATABASE \(name) \(options)")
      let url = place(on: node)
      try PostgresConnection(parameters: ["dbname": url]).execute(unsafeSQL: "CREATE EXTENSION citus")
      let port = URLComponents(string: url)?.port ?? 5432
      try TestDatabase.joining.withLock { _ in
        try coordinator.execute(unsafeSQL: "SELECT citus_add_node('127.0.0.1', \(port))")
      }
    }
  }

  /// Connections to this database on the other servers of the cluster.
  package func connectToNodes() throws -> [PostgresConnection] {
    try TestDatabase.nodes.map { try PostgresConnection(parameters: ["dbname": place(on: $0)]) }
  }

  /// The URL of this database on another server.
  private func place(on server: String) -> String { server[...(server.lastIndex(of: "/") ?? server.startIndex)] + name }

  deinit {
    for server in [serverURL] + (TestDatabase.isCluster ? TestDatabase.nodes : []) {
      try? PostgresConnection(parameters: ["dbname": server])
        .execute(unsafeSQL: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }
  }

  /// Opens a connection to it.
  package func connect() throws -> PostgresConnection { try PostgresConnection(parameters: ["dbname": url]) }

  /// Runs statements; on a cluster one by one, because Citus passes the whole text of each on.
  package func execute(_ sql: String) throws {
    let connection = try connect()
    guard TestDatabase.isCluster else { return try connection.execute(unsafeSQL: sql) }
    // Semicolons between dollars or quotation marks end nothing.
    for statement in sql.matches(of: /(?:\$\$.*?\$\$|'[^']*'|"[^"]*"|[^;])+/.dotMatchesNewlines()) {
      let statement = statement.0.trimmingCharacters(in: .whitespacesAndNewlines)
      if !statement.isEmpty { try connection.execute(unsafeSQL: statement) }
    }
  }

  /// Runs a statement in a transaction of another session, which ends after so many seconds, taken back unless it is to
  /// be committed; returns when it has run.
  package func hold(_ statement: String, seconds: Double, commits: Bool = false) {
    let parameters = ["dbname": url]
    let isHeld = DispatchSemaphore(value: 0)
    let holder = Thread {
      let connection = try? PostgresConnection(parameters: parameters)
      try? connection?.execute(unsafeSQL: "BEGIN; " + statement)
      isHeld.signal()
      Thread.sleep(forTimeInterval: seconds)
      try? connection?.execute(unsafeSQL: commits ? "COMMIT" : "ROLLBACK")
    }
    holder.start()
    isHeld.wait()
  }

  /// The port of its server.
  package var port: UInt16 {
    URLComponents(string: url)?.port.flatMap { UInt16(exactly: $0) } ?? 5432
  }

  /// All rows of a table as COPY writes them, sorted.
  package func dump(_ table: String) throws -> [String] {
    try connect().query(unsafeSQL: "SELECT ROW(t.*)::text FROM \(table) AS t ORDER BY 1").rows.compactMap {
      try $0.text(0)
    }
  }

  /// The first column of the first row of a statement, as text.
  package func value(_ sql: String) throws -> String? {
    try connect().query(unsafeSQL: "SELECT (\(sql))::text").first?.text(0)
  }
}
