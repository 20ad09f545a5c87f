import MemoryModel

/// A column that marks rows as gone, told by its name.
enum GoneMark {
  /// Whether a row is gone.
  case flag
  /// When or by what it went: nothing while it lives.
  case event
  /// The moment from which on it is gone.
  case moment
  /// The last day on which it is there.
  case day

  /// - Parameter column: A name as the database has it.
  init?(column: String) {
    switch column.lowercased() {
    case "deleted", "is_deleted", "archived", "is_archived", "removed": self = .flag
    case "deleted_at", "superseded_by", "archived_at", "invalid_at", "removed_at": self = .event
    case "expires_at": self = .moment
    case "expiration_date": self = .day
    default: return nil
    }
  }

  /// Seconds of today have ten digits, milliseconds thirteen.
  private static let secondsMaximum: Int64 = 100_000_000_000

  /// The condition of rows that live, as `--live` takes it.
  ///
  /// - Parameter type: The column's type in lower case; empty where it has none.
  func liveCondition(
    _ column: String, type: String, of table: TableList.Table, _ database: any TableDatabase
  ) throws -> String {
    let name = column.quotedIdentifier
    let isText = type.contains(/text|char|clob/)
    let isNumber = !type.contains("interval") && type.contains(/int|serial|real|double|float|numeric|decimal/)
    let isBoolean = type.contains("bool")
    switch self {
    case .flag where isBoolean && database.backend == .postgres: return "\(name) IS NOT TRUE"
    case .flag where isText: return "(\(name) IS NULL OR lower(\(name)) IN ('', '0', 'f', 'false', 'n', 'no'))"
    case .flag where isNumber || isBoolean || type.isEmpty, .event where isNumber: return "COALESCE(\(name), 0) = 0"
    case .event where isText: return "(\(name) IS NULL OR \(name) = '')"
    case .flag, .event: return "\(name) IS NULL"
    case .moment, .day:
      if try isNumber || holdsNumbers(name, of: table, database) {
        let latest = try database.count("max(\(name))", from: table.quotedName)
        let now = GoneMark.seconds(database) + (latest > GoneMark.secondsMaximum ? " * 1000" : "")
        return "(\(name) IS NULL OR \(name) > \(now))"
      }
      return "(\(name) IS NULL OR \(liveDate(name, isText: isText, type, database)))"
    }
  }

  /// The condition of dates that are not over.
  private func liveDate(_ name: String, isText: Bool, _ type: String, _ database: any TableDatabase) -> String {
    switch (database.backend, self) {
    case (.sqlite, .day): "\(name) = '' OR date(\(name)) >= date('now')"
    case (.sqlite, _): "\(name) = '' OR datetime(\(name)) > datetime('now')"
    // A cast would fail at the first text that is not a date.
    case (.postgres, _) where isText:
      "\(name) = '' OR left(\(name), 10) >= to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    case (.postgres, _): type == "date" ? "\(name) >= CURRENT_DATE" : "\(name) > CURRENT_TIMESTAMP"
    }
  }

  /// Whether a column of SQLite holds numbers, whatever its type says.
  private func holdsNumbers(
    _ name: String, of table: TableList.Table, _ database: any TableDatabase
  ) throws -> Bool {
    guard database.backend == .sqlite else { return false }
    switch try database.first(
      "SELECT \(name) FROM \(table.quotedName) WHERE \(name) IS NOT NULL LIMIT 1", columns: 1)?.first
    {
    case .integer?, .real?: return true
    default: return false
    }
  }

  /// The seconds since 1970.
  private static func seconds(_ database: any TableDatabase) -> String {
    database.backend == .sqlite ? "CAST(strftime('%s', 'now') AS INTEGER)" : "EXTRACT(EPOCH FROM now())"
  }
}
