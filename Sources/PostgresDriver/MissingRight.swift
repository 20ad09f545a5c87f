import PostgresClient

/// What a role lacks, and the statement that gives it.
enum MissingRight {
  private static let otherwise = "have the owner or a superuser grant it, or connect as a role that may"

  /// What to do about the server's refusal of a right.
  ///
  /// - Parameter location: The store's URL, which names the role.
  static func hint(_ message: String, _ location: String) -> String {
    if message.contains("row-level security") { return PostgresDriver.wholeHint }
    guard let match = message.firstMatch(of: /permission denied for (schema|table|sequence) (\S+)/),
      let statement = grant(String(match.1), String(match.2), location)
    else { return otherwise }
    return "as the owner: " + statement
  }

  private static func grant(_ kind: String, _ name: String, _ location: String) -> String? {
    let (url, schema) = (try? SchemaParameter.split(location)) ?? (location, nil)
    guard let role = (try? PostgresAddress(connectionString: url))?.user, !role.isEmpty else { return nil }
    let grantee = role.quotedIdentifier
    let ledger = schema.map { "memsh_\($0)".quotedIdentifier } ?? "memsh"
    // Whoever lacks one right on memsh's own tables lacks the others.
    if ledgerTables.contains(name) || kind == "schema" && name == (schema.map { "memsh_\($0)" } ?? "memsh")
      || kind == "sequence" && ledgerTables.contains(where: { name.hasPrefix($0 + "_") })
    {
      return "GRANT USAGE, CREATE ON SCHEMA \(ledger) TO \(grantee); "
        + "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(ledger) TO \(grantee); "
        + "GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(ledger) TO \(grantee)"
    }
    let place = schema.map { $0.quotedIdentifier + "." } ?? ""
    switch kind {
    case "schema": return "GRANT USAGE ON SCHEMA \(name.quotedIdentifier) TO \(grantee)"
    case "sequence":
      return "GRANT USAGE, SELECT, UPDATE ON SEQUENCE \(place)\(name.quotedIdentifier) TO \(grantee)"
    default:
      return "GRANT SELECT, INSERT, UPDATE, DELETE ON \(place)\(name.quotedIdentifier) TO \(grantee)"
    }
  }

  private static let ledgerTables = ["settings", "runs", "run_rows", "journal", "journal_rows"]
}
