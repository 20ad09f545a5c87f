import Database
import Foundation
import MemoryModel
import PostgresClient

/// Stores that share a database, each in a schema of its own.
///
/// Statements name their tables without a schema. So the search path must never let them find the tables of another
/// store: as long as one of the four is missing, the store's own schema is all there is to be seen; once they are all
/// there, they hide others of their names, and the schema with pgvector's types and operators comes behind them.
extension PostgresDriver {
  /// The schema of memsh's own tables, as SQL writes it.
  var ledger: String { schemaName.map { "memsh_\($0)".quotedIdentifier } ?? "memsh" }

  /// Sets the search path that the tables in the store's schema allow, with the next statement.
  func setSearchPath() throws {
    guard schemaName != nil else { return }
    wait(for: statement("SELECT set_config('search_path', \(searchPath(withExtension: nil)), false)"))
  }

  /// Creates the store's schema, and lets new tables in it use pgvector's types; all four tables must follow.
  package func prepareSchema() throws {
    if let schemaName {
      try createSchemaIfMissing(schemaName)
      // From here on others' tables may be seen; what is created comes into the first schema of the path all the same.
      try showExtension()
    }
    try renewTriggerFunction()
  }

  /// Looks first: even with IF NOT EXISTS, creating one needs a right that the owner of a schema may not have.
  func createSchemaIfMissing(_ name: String) throws {
    let exists = try query("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = \(name))").first?.boolean(0)
    if exists != true { try execute(unsafeSQL: "CREATE SCHEMA \(name.quotedIdentifier)") }
  }

  /// Lets statements find pgvector's types and operators behind the store's own tables.
  func showExtension() throws { try setSearchPath(withExtension: true) }

  private func setSearchPath(withExtension: Bool) throws {
    guard schemaName != nil else { return }
    try query("SELECT set_config('search_path', \(searchPath(withExtension: withExtension)), false)")
  }

  /// The search path, as an expression that the server computes before there is a path to be trusted: so every name in
  /// it says that it is the system's own.
  ///
  /// What the server itself brings is always found first, because no schema of the path is `pg_catalog`; temporary tables
  /// are found last, for nobody is to stand in front of the store's own.
  ///
  /// - Parameter withExtension: Whether the schema of pgvector is part of it; nil for when all four tables are there.
  func searchPath(withExtension: Bool?) -> SQL {
    guard let schemaName else {
      // The schemas that the role's own path finds; where there are none, a temporary one must not become the first.
      return """
        COALESCE((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s::pg_catalog.text), ', ' ORDER BY n)
            OPERATOR(pg_catalog.||) ', pg_temp'
          FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS path(s, n)
          WHERE NOT pg_catalog.starts_with(s::pg_catalog.text, 'pg_')), pg_catalog.current_setting('search_path'))
        """
    }
    let shows: SQL =
      switch withExtension {
      case true?: "true"
      case false?: "false"
      case nil:
        """
        (SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) \(Table.names.count)::pg_catalog.int8
          FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
          WHERE n.nspname OPERATOR(pg_catalog.=) \(schemaName)::pg_catalog.name
            AND c.relname OPERATOR(pg_catalog.=) ANY (\(Table.names)::pg_catalog.text[]::pg_catalog.name[])
            AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog."char"[]))
        """
      }
    return """
      pg_catalog.concat_ws(', ', \(schemaName.quotedIdentifier)::pg_catalog.text, CASE WHEN \(shows) THEN (
        SELECT pg_catalog.quote_ident(n.nspname::pg_catalog.text) FROM pg_catalog.pg_extension AS e
          JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
        WHERE e.extname OPERATOR(pg_catalog.=) 'vector'::pg_catalog.name) END, 'pg_temp')
      """
  }
}

/// The parameter `schema` of a connection URL, which is memsh's own; libpq would refuse it.
package enum SchemaParameter {
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
  package static func adding(_ schema: String?, to connectionString: String) throws -> String {
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
