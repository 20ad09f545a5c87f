import ArgumentParser
import MemoryModel

/// What ArgumentParser found wrong with the arguments of a command.
///
/// Its errors are cases with places in them, but their type is not public: they are read by reflection, here and
/// nowhere else. A test over every option of every command fails when another version calls them otherwise.
struct ParserFailure {
  /// What is wrong, as a sentence.
  let message: String
  /// What to do; nil where only the command's help says it.
  let hint: String?
  /// The argument that it is about; nil for the command as a whole.
  let index: Int?

  /// Reads what a parser has thrown.
  init(
    _ error: any Error, of type: any ParsableCommand.Type, _ command: CommandDescription, arguments: [String]
  ) {
    let thrown = ThrownCase(error)
    let index = thrown.indices.first { arguments.indices.contains($0) }
    let word = index.map { arguments[$0] } ?? ""
    let option = String(word.prefix { $0 != "=" })
    switch thrown.name {
    case "unknownOption", "missingValueOrUnknownCompositeOption":
      self.init(unknown: option, of: command, index)
    case "dumpHelpRequested", "completionScriptCustomResponse", "invalidState",
      "invalidOption", "nonAlphanumericShortOption":
      let place = ParserFailure.placeOfUnknownOption(arguments, command)
      self.init(unknown: place.map { arguments[$0] } ?? "", of: command, place)
    case "missingValueForOption":
      self.init("the value of '\(option)' is missing", index)
    case "unexpectedValueForOption":
      self.init("'\(option)' takes no value", index)
    case "unexpectedExtraValues":
      self.init("unexpected argument '\(ParserFailure.shown(word))'", index)
    case "unableToParseValue":
      let last = thrown.indices.last { arguments.indices.contains($0) }
      self.init(
        invalid: ParserFailure.value(of: last.map { arguments[$0] } ?? "", isOption: option.hasPrefix("--")),
        for: command.argument(option, key: thrown.key), last)
    case "noValue":
      // `show -1` has a word too many as well, which is the one to name.
      if let place = ParserFailure.placeOfUnknownOption(arguments, command) {
        self.init(unknown: arguments[place], of: command, place)
      } else {
        let argument = command.options.first { $0.valueName == thrown.key && $0.takesValue }
        let name = argument?.longName ?? "<\(command.argument("", key: thrown.key)?.valueName ?? thrown.key)>"
        self.init("'\(name)' is missing", nil)
      }
    default:
      // What the command itself says.
      let message = String(type.message(for: error).prefix(ParserFailure.messageCharacters))
      self.init(
        message.prefix(1).lowercased() + message.dropFirst(), ParserFailure.place(quotedIn: message, arguments, command)
      )
    }
  }

  private init(_ message: String, hint: String? = nil, _ index: Int?) {
    (self.message, self.hint, self.index) = (message, hint, index)
  }

  private init(unknown word: String, of command: CommandDescription, _ index: Int?) {
    let option = String(word.prefix { $0 != "=" })
    let nearest = NearestMatch.find(option, among: command.optionNames.filter { $0.hasPrefix("--") })
    self.init("unknown option '\(ParserFailure.shown(option))'", hint: ParserFailure.meant(nearest), index)
  }

  private init(invalid value: String, for argument: CommandDescription.Argument?, _ index: Int?) {
    let name = argument.map { $0.longName ?? "<\($0.valueName)>" } ?? "the argument"
    let values = argument?.values ?? []
    self.init(
      "'\(name)' takes \(values.isEmpty ? ParserFailure.number(insteadOf: value) : values.joined(separator: ", ")), not '\(ParserFailure.shown(value))'",
      hint: ParserFailure.meant(NearestMatch.find(value, among: values)), index)
  }

  /// The error for a person.
  func error(of command: String) -> MemshError {
    MemshError(.usage, "\(command): \(message)", hint: hint ?? "`help \(command)` shows how it is used")
  }

  /// What a value should have been that is neither a text nor one of a few words.
  private static func number(insteadOf value: String) -> String {
    if Double(value) == nil { return "a number" }
    return value.contains { ".eE".contains($0) } ? "a whole number" : "a smaller number"
  }

  /// The first argument that looks like an option and is neither one nor the value of one.
  private static func placeOfUnknownOption(_ arguments: [String], _ command: CommandDescription) -> Int? {
    let given = arguments.prefix { $0 != "--" }
    return given.indices.first { index in
      let option = String(given[index].prefix { $0 != "=" })
      let isValue = index > 0 && command.takesValue(given[index - 1])
      return option.hasPrefix("-") && option != "-" && !isValue && !command.optionNames.contains(option)
    }
  }

  private static func meant(_ nearest: String?) -> String? { nearest.map { "did you mean '\($0)'?" } }

  /// `--limit=x` → `x`
  private static func value(of word: String, isOption: Bool) -> String {
    guard isOption, word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return word }
    return String(word[word.index(after: equals)...])
  }

  private static func shown(_ word: String) -> String { String(word.prefix(CommandParser.shownCharacters)) }

  private static let messageCharacters = 500
  /// No more arguments are looked at for the one that the message is about.
  private static let locatedArguments = 200

  /// The argument that a command's own message quotes first; of an option its value.
  private static func place(quotedIn message: String, _ arguments: [String], _ command: CommandDescription) -> Int? {
    let places = arguments.indices.prefix(locatedArguments).compactMap { index -> (argument: Int, at: String.Index)? in
      let option = arguments[index].prefix { $0 != "=" }
      let quoted = message.firstRange(of: "'\(arguments[index])'") ?? message.firstRange(of: "'\(option)'")
      return quoted.map { (index, $0.lowerBound) }
    }
    let quoted = places.min { $0.at < $1.at }?.argument
    guard let quoted, command.takesValue(arguments[quoted]), quoted + 1 < arguments.count else { return quoted }
    return quoted + 1
  }
}

/// An error as the case of an enumeration that it is, whatever its type.
private struct ThrownCase {
  /// The case's name; empty where it is none.
  let name: String
  /// The arguments that it is about, first to last.
  let indices: [Int]
  /// The property that it is about.
  let key: String

  init(_ error: any Error) {
    let mirror = Mirror(reflecting: error)
    let parserError = mirror.descendant("parserError") ?? error
    let (label, payload) = ThrownCase.split(parserError)
    // That nothing was given is told around the error that comes of it.
    let (name, value) = label == "noArguments" ? ThrownCase.split(payload) : (label, payload)
    self.name = name
    indices = ThrownCase.indices(in: value).sorted()
    key =
      ThrownCase.descendant("forKey", of: value).flatMap { Mirror(reflecting: $0).descendant("name") as? String } ?? ""
  }

  private static func split(_ value: Any) -> (name: String, payload: Any) {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .enum else { return ("", value) }
    // A case without values is its own name.
    guard let child = mirror.children.first else { return ("\(value)", ()) }
    return (child.label ?? "", child.value)
  }

  private static func descendant(_ label: String, of value: Any) -> Any? {
    Mirror(reflecting: value).children.first { $0.label == label }?.value
  }

  private static func indices(in value: Any, depth: Int = 0) -> [Int] {
    guard depth < depthMaximum else { return [] }
    return Mirror(reflecting: value).children.flatMap { child -> [Int] in
      if child.label == "inputIndex" {
        return [Mirror(reflecting: child.value).descendant("rawValue") as? Int].compactMap { $0 }
      }
      return indices(in: child.value, depth: depth + 1)
    }
  }

  private static let depthMaximum = 8
}
