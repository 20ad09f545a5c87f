import ArgumentParser
import MemoryCore

/// Answers what could stand at the end of a line.
public struct Completer {
  /// The ways to go on.
  public struct Answer: Equatable {
    /// How many characters at the line's end they replace.
    public var replaces: Int
    /// Each way: what is typed, what a list shows, and whether the word ends with it.
    public var candidates: [Candidate] = []
  }

  /// One way to go on.
  public struct Candidate: Equatable {
    /// What takes the place of the unfinished word.
    public let text: String
    /// What a list shows.
    public let shown: String
    /// How many columns of a terminal that covers.
    public var columns: Int { shown.displayWidth }
    /// Whether the next word can follow.
    public let endsWord: Bool
  }

  private let session: Session

  /// Completes for a session.
  public init(session: Session) {
    self.session = session
  }

  /// What could stand at the end of `line`.
  public func complete(_ line: String) -> Answer {
    let partial = PartialLine(line)
    if let variable = variables(partial) { return variable }
    guard let command = partial.words.first else {
      return answer(CommandRegistry.names, to: partial)
    }
    guard command != "watch" else { return watched(partial, in: line) }
    guard let description = CommandDescription.all[command] else { return Answer(replaces: partial.raw.count) }
    return complete(partial, of: description)
  }

  /// `watch 5 stats …`: what is watched is a command of its own.
  private func watched(_ partial: PartialLine, in line: String) -> Answer {
    let inner = partial.words.dropFirst().drop { $0.hasPrefix("-") || Double($0) != nil }
    guard partial.words.count > 1 else { return Answer(replaces: partial.raw.count) }
    guard let command = inner.first else { return answer(CommandRegistry.names, to: partial) }
    return CommandDescription.all[command].map { complete(partial, of: $0, words: Array(inner)) }
      ?? Answer(replaces: partial.raw.count)
  }

  private func complete(_ partial: PartialLine, of command: CommandDescription, words: [String]? = nil) -> Answer {
    let words = words ?? partial.words
    let given = Array(words.dropFirst())
    if let option = command.options.first(where: { $0.takesValue && $0.names.contains(given.last ?? "") }) {
      return values(of: option, position: nil, words: words, to: partial)
    }
    // `--user=a` names the option in the same word.
    if partial.raw.hasPrefix("--"), let separator = partial.raw.firstIndex(of: "=") {
      let name = String(partial.raw[..<separator])
      guard let option = command.options.first(where: { $0.takesValue && $0.names.contains(name) }) else {
        return Answer(replaces: partial.raw.count)
      }
      let rest = PartialLine(String(partial.raw[partial.raw.index(after: separator)...]))
      return values(of: option, position: nil, words: words, to: rest)
    }
    if partial.word.hasPrefix("-"), partial.quote == nil {
      let unused = command.options.filter { $0.isRepeating || !$0.names.contains(where: given.contains) }
      return answer(unused.flatMap(\.names).filter { $0.hasPrefix("--") } + ["--help"], to: partial)
    }
    let position = Completer.positionals(in: given, of: command)
    guard position < command.positionals.count || command.positionals.last?.isRepeating == true,
      let argument = command.positionals.dropFirst(position).first ?? command.positionals.last
    else { return Answer(replaces: partial.raw.count) }
    return values(of: argument, position: position, words: words, to: partial)
  }

  /// How many of the words are no options and no values of options.
  private static func positionals(in words: [String], of command: CommandDescription) -> Int {
    var count = 0
    var isValue = false
    for word in words {
      if isValue {
        isValue = false
      } else if word.hasPrefix("-") {
        isValue = command.options.contains { $0.takesValue && $0.names.contains(word) }
      } else {
        count += 1
      }
    }
    return count
  }

  /// What an argument takes.
  private func values(
    of argument: CommandDescription.Argument, position: Int?, words: [String], to partial: PartialLine
  ) -> Answer {
    switch (words[0], argument.valueName) {
    case ("set", "name"): return answer(Settings.all.map(\.name) + session.scope.variables.keys, to: partial)
    case ("set", "value"):
      guard case .words(let values)? = Settings.all.first(where: { $0.name == words[1] })?.values else { break }
      return answer(values, to: partial)
    case ("unset", "name"): return answer(Array(session.scope.variables.keys), to: partial)
    case ("undo", "operation"), ("journal", "operation"):
      return answer(stored(.operations, beginningWith: partial.word), to: partial)
    case ("models", "name"): return answer(session.services.models.installed().map(\.name), to: partial)
    default: break
    }
    if let kind = argument.names.compactMap(StoredValue.init(option:)).first {
      let fixed = kind == .runs ? ["last"] : []
      return answer(fixed + stored(kind, beginningWith: partial.word), to: partial)
    }
    if !argument.values.isEmpty { return answer(argument.values, to: partial) }
    guard let extensions = argument.fileExtensions else { return Answer(replaces: partial.raw.count) }
    return answer(session.services.files(beginningWith: partial.word, extensions: extensions), to: partial)
  }

  private func stored(_ kind: StoredValue, beginningWith prefix: String) -> [String] {
    guard let store = try? session.store() else { return [] }
    return session.services.values(kind, beginningWith: prefix, at: session.location(of: store))
  }

  /// `${na` → `${name}`
  private func variables(_ partial: PartialLine) -> Answer? {
    guard partial.quote != "'", let start = partial.word.lastIndex(of: "$") else { return nil }
    let typed = partial.word[start...]
    guard typed.hasPrefix("${"), !typed.contains("}") else { return nil }
    let known =
      session.scope.variables.keys.map { "${\($0)}" } + session.scope.environment.keys.map { "${ENV:\($0)}" }
    let candidates = known.filter { $0.hasPrefix(typed) }.sorted().map {
      Candidate(text: $0, shown: $0, endsWord: false)
    }
    return Answer(replaces: typed.count, candidates: candidates)
  }

  /// The values that begin with what is typed. What could act on the terminal is left out.
  private func answer(_ values: [String], to partial: PartialLine) -> Answer {
    let fitting = Set(values).filter { $0.hasPrefix(partial.word) && $0 == $0.withVisibleControls }.sorted()
    let candidates = fitting.map { value in
      let isFolder = value.hasSuffix("/")
      return Candidate(text: partial.typed(value, isFinished: !isFolder), shown: value, endsWord: !isFolder)
    }
    return Answer(replaces: partial.raw.count, candidates: candidates)
  }
}

extension StoredValue {
  /// What the store knows values for, by the option that takes them.
  public init?(option: String) {
    switch option {
    case "--user": self = .users
    case "--category": self = .categories
    case "--agent": self = .agents
    case "--run": self = .runs
    default: return nil
    }
  }
}

extension CompletionKind {
  /// Values of the store in use. A shell's completion asks memsh for them, which answers before this closure would be
  /// called: it knows where the store is.
  static var stored: CompletionKind { .custom { _, _, _ in [] } }
}
