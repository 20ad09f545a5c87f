import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The options of every command that shows something, and of memsh itself.
package struct ResultOptions: ParsableArguments {
  @Option(name: .customLong("output"), help: "Print the result in this format.")
  private var format: OutputFormat?

  @Flag private var shorthand: Shorthand?

  /// The formats that machines ask for most.
  package enum Shorthand: String, EnumerableFlag {
    case json, csv

    /// What the help says.
    package static func help(for value: Shorthand) -> ArgumentHelp? { "The same as --output \(value.rawValue)." }

    /// The format that it stands for.
    var format: OutputFormat { self == .json ? .json : .csv }
  }

  /// Parsing creates it.
  package init() {}

  /// The format asked for; nil for the session's.
  package var output: OutputFormat? { shorthand?.format ?? format }

  package func validate() throws {
    if let shorthand, let format, shorthand.format != format {
      throw ValidationError("'--\(shorthand.rawValue)' and '--output \(format.rawValue)' are two different formats")
    }
  }
}

extension OutputFormat {
  /// The format that words ask for, whether or not the rest of them makes sense.
  package static func requested(in words: [String]) -> OutputFormat? {
    for (index, word) in words.enumerated() {
      if word == "--output", index + 1 < words.count { return OutputFormat(rawValue: words[index + 1]) }
      if word.hasPrefix("--output=") { return OutputFormat(rawValue: String(word.dropFirst("--output=".count))) }
      if let shorthand = ResultOptions.Shorthand.allCases.first(where: { "--\($0.rawValue)" == word }) {
        return shorthand.format
      }
    }
    return nil
  }
}
