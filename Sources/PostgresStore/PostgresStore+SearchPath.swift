import Foundation
import MemoryCore
import PostgresClient

/// Stores that share a database, each in a schema of its own.
///
/// Statements name their tables without a schema. So the search path must never let them find the tables of another
/// store: as long as one of the four is missing, the store's own schema is all there is to be seen; once they are all
/// there, they hide others of their names, and the schema with pgvector's types and operators comes behind them.
extension PostgresStore {
  /// The schema of memsh's own tables, as SQL writes it.
  var ledger: String { schemaName.map { SQL.quoted(identifier: "memsh_\($0)") } ?? "memsh" }

  /// Sets the search path that the tables in the store's schema allow.
  func setSearchPath(_ connection: PostgresConnection) throws {
    guard let schemaName else { return }
    let tables = try connection.query(
      """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = \(schemaName) AND c.relname = ANY(\(SchemaNames.tables)) AND c.relkind IN ('r', 'p')
      """
    ).first?.integer(0)
    let isComplete = tables == Int64(SchemaNames.tables.count)
    try connection.execute(unsafeSQL: try searchPath(withExtension: isComplete, connection))
  }

  /// Creates the store's schema, and lets new tables in it use pgvector's types; all four tables must follow.
  func prepareSchema() throws {
    guard let schemaName else { return }
    try execute(unsafeSQL: "CREATE SCHEMA IF NOT EXISTS \(SQL.quoted(identifier: schemaName))")
    // From here on others' tables may be seen; what is created comes into the first schema of the path all the same.
    try showExtension()
  }

  /// Lets statements find pgvector's types and operators behind the store's own tables.
  func showExtension() throws {
    guard schemaName != nil else { return }
    try use { try $0.execute(unsafeSQL: try searchPath(withExtension: true, $0)) }
  }

  /// Lets statements find nothing but the store's own tables.
  func hideOtherSchemas() throws {
    guard schemaName != nil else { return }
    try use { try $0.execute(unsafeSQL: try searchPath(withExtension: false, $0)) }
  }

  private func searchPath(withExtension: Bool, _ connection: PostgresConnection) throws -> String {
    var path = [schemaName ?? "public"]
    if withExtension {
      path += try connection.query(
        """
        SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'vector'
        """
      ).rows.compactMap { $0.text(0) }
    }
    return "SET search_path = " + path.map(SQL.quoted(identifier:)).joined(separator: ", ")
  }
}

/// The parameter `schema` of a connection string, which is memsh's own; libpq would refuse it.
public enum SchemaParameter {
  /// Takes the parameter out.
  static func split(_ connectionString: String) -> (rest: String, schema: String?) {
    guard let query = connectionString.firstIndex(of: "?"), connectionString.contains("://") else {
      let words = connectionString.split(separator: " ", omittingEmptySubsequences: false)
      let rest = words.filter { !$0.hasPrefix("schema=") }
      let schema = words.last { $0.hasPrefix("schema=") }?.dropFirst("schema=".count)
      return (rest.joined(separator: " "), schema.map(String.init))
    }
    let parameters = connectionString[query...].dropFirst().split(separator: "&")
    let schema = parameters.last { $0.hasPrefix("schema=") }?.dropFirst("schema=".count)
    let rest = parameters.filter { !$0.hasPrefix("schema=") }.joined(separator: "&")
    let base = String(connectionString[..<query])
    return (rest.isEmpty ? base : "\(base)?\(rest)", schema.map { $0.removingPercentEncoding ?? String($0) })
  }

  /// Puts the parameter in, instead of another one; nil takes it out.
  public static func adding(_ schema: String?, to connectionString: String) -> String {
    let rest = split(connectionString).rest
    guard let schema else { return rest }
    guard rest.contains("://") else { return "\(rest) schema=\(schema)" }
    let escaped = schema.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? schema
    return rest + (rest.contains("?") ? "&" : "?") + "schema=\(escaped)"
  }
}
