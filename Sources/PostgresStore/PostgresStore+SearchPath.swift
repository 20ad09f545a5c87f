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
    try createSchemaIfMissing(schemaName)
    // From here on others' tables may be seen; what is created comes into the first schema of the path all the same.
    try showExtension()
  }

  /// Looks first: even with IF NOT EXISTS, creating one needs a right that the owner of a schema may not have.
  func createSchemaIfMissing(_ name: String) throws {
    let exists = try query("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = \(name))").first?.boolean(0)
    if exists != true { try execute(unsafeSQL: "CREATE SCHEMA \(SQL.quoted(identifier: name))") }
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
      ).rows.compactMap { try $0.text(0) }
    }
    return "SET search_path = " + path.map(SQL.quoted(identifier:)).joined(separator: ", ")
  }
}

/// The parameter `schema` of a connection URL, which is memsh's own; libpq would refuse it.
public enum SchemaParameter {
  /// PostgreSQL cuts names at 63 bytes, and "memsh_" comes in front of the name for memsh's own tables.
  private static let nameBytesMaximum = 57

  /// Takes the parameter out.
  ///
  /// - Throws: `usage` for a name that cannot be a store's schema.
  static func split(_ url: String) throws -> (rest: String, schema: String?) {
    guard let query = url.firstIndex(of: "?"), url.contains("://") else { return (url, nil) }
    let parameters = url[query...].dropFirst().split(separator: "&")
    let rest = parameters.filter { !$0.hasPrefix("schema=") }.joined(separator: "&")
    let base = String(url[..<query])
    let name = parameters.last { $0.hasPrefix("schema=") }.map { parameter in
      let value = String(parameter.dropFirst("schema=".count))
      return value.removingPercentEncoding ?? value
    }
    if let name { try check(name) }
    return (rest.isEmpty ? base : "\(base)?\(rest)", name)
  }

  /// Puts the parameter in, instead of another one; nil takes it out.
  ///
  /// - Throws: `usage` for a name that cannot be a store's schema, and for a connection string that is no URL.
  public static func adding(_ schema: String?, to connectionString: String) throws -> String {
    let rest = try split(connectionString).rest
    guard let schema else { return rest }
    try check(schema)
    guard rest.contains("://") else {
      throw MemshError(
        .usage, "a schema goes with a URL, not with a key=value connection string",
        hint: "write postgresql://user@host:port/database?schema=\(schema)")
    }
    let escaped = schema.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? schema
    return rest + (rest.contains("?") ? "&" : "?") + "schema=\(escaped)"
  }

  private static func check(_ name: String) throws {
    let isReserved =
      name.hasPrefix("pg_") || name.hasPrefix("memsh") || name == "public" || name == "information_schema"
    guard (1...nameBytesMaximum).contains(name.utf8.count), !isReserved, !name.utf8.contains(0) else {
      throw MemshError(
        .usage, "'\(name)' cannot be the name of a schema for memories",
        hint: "it has 1 to \(nameBytesMaximum) bytes, does not begin with pg_ or memsh, and is not public, where "
          + "memories are without `--schema`")
    }
  }
}
