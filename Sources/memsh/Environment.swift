import Foundation
import MemoryCore

/// The environment variables memsh reads, with those of a `.env` file in the working directory behind them.
struct Environment: Sendable {
  private let values: [String: String]

  /// The only names that a `.env` file may set: it is read for configuration, not as an environment.
  private static let fileNames: Set<String> = [
    "DATABASE_URL", "MEMORY_TYPE", "MEMORY_SQLITE_PATH", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PGSERVICE",
    "PGPASSFILE", "PGPASSWORD", "PGSSLMODE", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE",
  ]

  /// Reads the process's environment and `.env`; the real environment wins.
  init(process: [String: String]) {
    let file = (try? String(contentsOfFile: ".env", encoding: .utf8)).map(Environment.parse) ?? [:]
    let allowed = file.filter { Environment.fileNames.contains($0.key) }
    // libpq reads its own variables from the process.
    for (name, value) in allowed where name.hasPrefix("PG") { setenv(name, value, 0) }
    values = allowed.merging(process) { _, real in real }
  }

  /// All variables, for `${ENV:NAME}`.
  var all: [String: String] { values }

  /// A variable that is set and not empty.
  subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// A folder of the XDG base directory specification, such as XDG_DATA_HOME, with memsh's own name in it.
  func folder(_ variable: String, defaultBelowHome: String) -> String {
    // The specification tells programs to ignore relative paths in these variables.
    if let folder = self[variable], folder.hasPrefix("/") { return folder + "/memsh" }
    return (self["HOME"] ?? "/tmp") + "/" + defaultBelowHome + "/memsh"
  }

  /// `NAME=value` lines; `export` in front, quotes around the value and `#` comments are understood.
  static func parse(_ text: String) -> [String: String] {
    text.split(whereSeparator: \.isNewline).reduce(into: [:]) { values, line in
      var line = line.drop { $0 == " " }
      if line.hasPrefix("export ") { line = line.dropFirst(7) }
      guard !line.hasPrefix("#"), let separator = line.firstIndex(of: "=") else { return }
      var value = line[line.index(after: separator)...].trimmingSuffix { $0 == " " }
      if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
        value = value.dropFirst().dropLast()
      }
      values[line[..<separator].trimmingSuffix { $0 == " " }.description] = String(value)
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, predicate(last) { text.removeLast() }
    return text
  }
}
