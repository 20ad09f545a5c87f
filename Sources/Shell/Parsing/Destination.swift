import Database
import MemoryModel

/// Where a command's result goes instead of standard output: what stands behind `|`, `>` or `>>`.
enum Destination: Sendable, Equatable {
  /// A command of the system's shell, as it was typed.
  case program(Token)
  /// A file, which is replaced or added to.
  case file(Token, isAddedTo: Bool)

  /// As it can be typed again.
  var source: String {
    switch self {
    case .program(let command): "|\(command.plainText)"
    case .file(let path, let isAddedTo): "\(isAddedTo ? ">>" : ">") \(path.source)"
    }
  }

  /// The format that a file's name tells; nil where it tells none.
  static func format(ofFile path: String) -> OutputFormat? {
    let name = path.split(separator: "/").last ?? ""
    return switch name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() {
    case "json": .json
    case "jsonl", "ndjson": .jsonl
    case "csv": .csv
    case "tsv": .tsv
    case "md": .markdown
    default: nil
    }
  }
}
