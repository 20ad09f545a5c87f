import Database
internal import GRDB
import MemoryModel

/// Which system wrote a SQLite file.
package enum SourceFormat: Sendable {
  /// memsh itself.
  case memsh
  /// The legacy system, or an unknown one: its reader then says what is missing.
  case legacy

  /// Looks at the tables of a file.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`, `source_not_a_database`, `source_unsupported`.
  package static func detect(path: String) throws -> SourceFormat {
    try SourceFile(path: path).read { try $0.tableExists("memsh_settings") } ? .memsh : .legacy
  }
}
