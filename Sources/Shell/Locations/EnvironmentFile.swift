import Database
import Foundation
import MemoryModel
import MemoryServices

/// A `.env` file: `NAME=value` lines, of which memsh takes those that it knows.
///
/// It completes the environment; it never decides where a secret goes that it does not hold itself:
/// - `OPENAI_BASE_URL` is not taken while the environment holds `OPENAI_API_KEY`.
/// - `DATABASE_URL` and `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`, `PGSSLMODE` are not taken while the environment holds
///   `DATABASE_URL`, `PGPASSWORD`, `PGPASSFILE`, `PGSERVICE` or `PGSERVICEFILE`. They count only where no store is named
///   (`-d`, `connect`), and the password of such a connection is the file's own: `~/.pgpass` is not looked at.
/// - `PGSERVICE` and `PGPASSFILE` name secrets that stand elsewhere, and are never taken.
///
/// A file that belongs to another user, or that everybody may write, is not read.
package struct EnvironmentFile {
  /// What the file says, of the names that count.
  package private(set) var values: [String: String] = [:]
  /// What is not taken, and why: a line each.
  package private(set) var notices: [String] = []

  /// What says where PostgreSQL is, with the parameters of libpq that say the same.
  static let places = [
    "PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGDATABASE": "dbname", "PGSSLMODE": "sslmode",
  ]
  private static let names: Set<String> = [
    "DATABASE_URL", "MEMORY_TYPE", "MEMORY_SQLITE_PATH", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PGPASSWORD",
  ]
  /// What the environment holds or names secrets of PostgreSQL with.
  private static let credentials = ["DATABASE_URL", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"]
  private static let bytesMaximum = 1 << 20

  /// Reads a file, if there is one, beside an environment.
  package init(path: String, beside process: [String: String]) {
    guard let text = read(path) else { return }
    for (name, value) in EnvironmentFile.parse(text) {
      guard (process[name] ?? "").isEmpty else { continue }
      if ["PGSERVICE", "PGPASSFILE"].contains(name) {
        notices.append("\(path): \(name) is not used, because it names secrets that the file does not hold; export it")
      } else if let holder = EnvironmentFile.holder(of: name, in: process) {
        notices.append("\(path): \(name) is not used, because \(holder) comes from the environment; export both there")
      } else if EnvironmentFile.names.contains(name) || EnvironmentFile.places[name] != nil {
        values[name] = value
      }
    }
    notices.sort()
  }

  /// The variable of the environment whose secret would go where `name` says.
  private static func holder(of name: String, in process: [String: String]) -> String? {
    let holders = name == "OPENAI_BASE_URL" ? ["OPENAI_API_KEY"] : credentials
    guard name == "OPENAI_BASE_URL" || name == "DATABASE_URL" || places[name] != nil else { return nil }
    return holders.first { !(process[$0] ?? "").isEmpty }
  }

  private mutating func read(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & S_IWOTH == 0 else {
      notices.append("\(path) is not read, because others own it or may write it")
      return nil
    }
    do {
      return try WholeFile.text(path, limitBytes: EnvironmentFile.bytesMaximum)
    } catch {
      notices.append(error.message)
      return nil
    }
  }

  /// `NAME=value` lines. `export` in front is understood, and so are quotes around the value, in double ones `\"`, `\\`,
  /// `\$` and `\n`; what follows ` #`, or a closing quote, is a comment.
  static func parse(_ text: String) -> [String: String] {
    text.split(whereSeparator: \.isNewline).reduce(into: [:]) { values, line in
      var line = line.drop(while: \.isWhitespace)
      if line.hasPrefix("export"), line.dropFirst(6).first?.isWhitespace == true {
        line = line.dropFirst(6).drop(while: \.isWhitespace)
      }
      guard !line.hasPrefix("#"), let separator = line.firstIndex(of: "=") else { return }
      let value = line[line.index(after: separator)...].drop(while: \.isWhitespace)
      values[String(line[..<separator].trimmingSuffix(while: \.isWhitespace))] = EnvironmentFile.value(value)
    }
  }

  private static func value(_ text: Substring) -> String {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return unquoted(text) }
    var value = ""
    var isEscaped = false
    for character in text.dropFirst() {
      if isEscaped {
        value += character == "n" ? "\n" : "\"\\$".contains(character) ? String(character) : "\\\(character)"
        isEscaped = false
      } else if character == "\\", quote == "\"" {
        isEscaped = true
      } else if character == quote {
        return value
      } else {
        value.append(character)
      }
    }
    // The quote is never closed, so it is none.
    return unquoted(text)
  }

  private static func unquoted(_ text: Substring) -> String {
    var (end, wasSpace) = (text.startIndex, true)
    while end < text.endIndex, !(wasSpace && text[end] == "#") {
      wasSpace = text[end].isWhitespace
      end = text.index(after: end)
    }
    return String(text[..<end].trimmingSuffix(while: \.isWhitespace))
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }
}
