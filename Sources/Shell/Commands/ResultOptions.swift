import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// The options of every command that shows something, and of memsh itself.
package struct ResultOptions: ParsableArguments {
  @Option(name: .customLong("output"), help: "Print the result in this format.")
  private var format: OutputFormat?

  @Flag(help: "The same as --output json.")
  private var json = false

  @Flag(help: "The same as --output csv.")
  private var csv = false

  /// Parsing creates it.
  package init() {}

  /// The format asked for; nil for the session's.
  package var output: OutputFormat? { json ? .json : csv ? .csv : format }

  package func validate() throws {
    let given: [(option: String, format: OutputFormat)?] = [
      json ? ("--json", .json) : nil, csv ? ("--csv", .csv) : nil, format.map { ("--output \($0.rawValue)", $0) },
    ]
    let wanted = given.compactMap(\.self)
    guard Set(wanted.map(\.format)).count > 1 else { return }
    throw ValidationError(wanted.map { "'\($0.option)'" }.joined(separator: " and ") + " are different formats")
  }
}

extension OutputFormat {
  /// The format that words ask for, whether or not the rest of them makes sense.
  package static func requested(in words: [String]) -> OutputFormat? {
    for (index, word) in words.enumerated() {
      if word == "--output", index + 1 < words.count { return OutputFormat(rawValue: words[index + 1]) }
      if word.hasPrefix("--output=") { return OutputFormat(rawValue: String(word.dropFirst("--output=".count))) }
      if word == "--json" { return .json }
      if word == "--csv" { return .csv }
    }
    return nil
  }
}
