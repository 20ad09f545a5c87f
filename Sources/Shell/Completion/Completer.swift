import ArgumentParser
import Database
import MemoryModel
import MemoryServices

/// Answers what could stand at the end of a line.
package struct Completer {
  /// The ways to go on.
  package struct Answer: Equatable {
    /// How many characters at the line's end they replace.
    package var replaces: Int
    /// Each way: what is typed, what a list shows, and whether the word ends with it.
    package var candidates: [Candidate] = []
  }

  /// One way to go on.
  package struct Candidate: Equatable {
    /// What takes the place of the unfinished word.
    package let text: String
    /// What a list shows.
    package let shown: String
    /// How many columns of a terminal that covers.
    package var columns: Int { shown.displayWidth }
    /// Whether the next word can follow.
    package let endsWord: Bool
  }

  private let session: Session
  private let listsFiles: Bool

  /// Completes for a session.
  ///
  /// - Parameter listsFiles: Whether the names of files are looked up, too: a shell does that by itself.
  package init(session: Session, listsFiles: Bool = true) {
    self.session = session
    self.listsFiles = listsFiles
  }

  /// What could stand at the end of `line`.
  package func complete(_ line: String) -> Answer {
    let partial = PartialLine(line)
    if let variable = variables(partial) { return variable }
    let found = found(after: partial.words, partial.word, isQuoted: partial.beginsWithQuote)
    let typed = found.option.isEmpty ? partial : PartialLine(String(partial.raw.dropFirst(found.option.count)))
    // A file below the home folder is typed as it was begun: `~/` first, and only what follows is quoted.
    let home = found.fileExtensions != nil && typed.beginsAtHome ? "~/" : ""
    let candidates = found.values.compactMap { value -> Candidate? in
      let rest = String(value.text.dropFirst(home.count))
      // What cannot be typed as one word, such as a quote with an accent, is not offered.
      guard rest.isEmpty || Completer.word(in: typed.typed(rest, isFinished: true)) == rest else { return nil }
      let text = home + typed.typed(rest, isFinished: value.endsWord)
      return Candidate(text: text, shown: value.text, endsWord: value.endsWord)
    }
    return Answer(replaces: typed.raw.count, candidates: candidates)
  }

  /// The only word of a text as the lexer reads it; nil when it is anything else.
  private static func word(in text: String) -> String? {
    guard let commands = try? Lexer.commands(in: text, file: nil), commands.count == 1, commands[0].tokens.count == 1,
      case .text(let word)? = commands[0].tokens[0].pieces.first, commands[0].tokens[0].pieces.count == 1
    else { return nil }
    return word
  }

  /// One way to go on, as it is meant: not yet quoted for any line.
  package struct Value: Equatable, Sendable {
    /// The whole word.
    package let text: String
    /// What it is, one line; empty where there is nothing to say.
    package let about: String

    /// Whether the next word can follow: not behind a folder's name.
    package var endsWord: Bool { !text.hasSuffix("/") }
  }

  /// What could take the place of a word.
  package struct Found: Equatable, Sendable {
    /// `--user=` where the word begins with an option; the values come behind it.
    package var option = ""
    /// The ways to go on, sorted.
    package var values: [Value] = []
    /// The extensions of the files that fit as well, none for all; nil where no file fits.
    package var fileExtensions: [String]?
  }

  /// What could take the place of `word`, the unfinished one behind a command's words.
  ///
  /// - Parameters:
  ///   - isQuoted: Whether the word stands in quotes: then it is no option.
  ///   - launch: The options that may stand before the command; nil where none may.
  package func found(
    after words: [String], _ word: String, isQuoted: Bool = false, launch: CommandDescription? = nil
  ) -> Found {
    let own = words.prefix(launch?.leadingOptions(in: words) ?? 0)
    guard let command = words.dropFirst(own.count).first else {
      if let launch, word.hasPrefix("-") || launch.isWaitingForValue(own) {
        return complete(word, isQuoted: isQuoted, of: launch, words: [launch.name] + own)
      }
      return Found(values: fitting(CommandDescription.all.values.map { Value(text: $0.name, about: $0.about) }, word))
    }
    let words = Array(words.dropFirst(own.count))
    guard command != "watch" else { return watched(words, word, isQuoted: isQuoted) }
    guard let description = CommandDescription.all[command] else { return Found() }
    return complete(word, isQuoted: isQuoted, of: description, words: words)
  }

  /// `watch 5 stats …`: what is watched is a command of its own.
  private func watched(_ words: [String], _ word: String, isQuoted: Bool) -> Found {
    guard words.count > 1 else { return Found() }
    return found(
      after: Array(words.dropFirst().drop { $0.hasPrefix("-") || Double($0) != nil }), word, isQuoted: isQuoted)
  }

  private func complete(
    _ word: String, isQuoted: Bool, of command: CommandDescription, words: [String]
  ) -> Found {
    let given = Array(words.dropFirst())
    if let option = command.options.first(where: { $0.takesValue && $0.names.contains(given.last ?? "") }) {
      return values(of: option, words: words, word, isOwnWord: true)
    }
    // `--user=a` names the option in the same word.
    if !isQuoted, word.hasPrefix("--"), let separator = word.firstIndex(of: "=") {
      let name = String(word[..<separator])
      guard let option = command.options.first(where: { $0.takesValue && $0.names.contains(name) }) else {
        return Found()
      }
      let rest = String(word[word.index(after: separator)...])
      var found = values(of: option, words: words, rest, isOwnWord: false)
      found.option = name + "="
      return found
    }
    if !isQuoted, word.hasPrefix("-") {
      let unused = command.options.filter { $0.isRepeating || !$0.names.contains(where: given.contains) }
      let names = unused.flatMap { option in
        option.names.filter { $0.hasPrefix("--") }.map { Value(text: $0, about: option.about) }
      }
      return Found(values: fitting(names + [Value(text: "--help", about: "Explain the command.")], word))
    }
    let position = Completer.positionals(in: given, of: command)
    guard position < command.positionals.count || command.positionals.last?.isRepeating == true,
      let argument = command.positionals.dropFirst(position).first ?? command.positionals.last
    else { return Found() }
    return values(of: argument, words: words, word, isOwnWord: true)
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
  ///
  /// - Parameter isOwnWord: Whether the value is a word of its own: one that begins with `-` would then be taken for an
  ///   option, and is left out.
  private func values(
    of argument: CommandDescription.Argument, words: [String], _ word: String, isOwnWord: Bool
  ) -> Found {
    var found = Found()
    if let known = known(argument, words: words, beginningWith: word) {
      let values = known.filter { !isOwnWord || !$0.hasPrefix("-") }
      found.values = fitting(values.map { Value(text: $0, about: "") }, word)
    } else {
      found.fileExtensions = argument.fileExtensions
      if let extensions = argument.fileExtensions, listsFiles {
        let files = session.files.names(beginningWith: word, extensions: extensions)
        found.values = fitting(files.map { Value(text: $0, about: "") }, word)
      }
    }
    return found
  }

  /// The values that are known of an argument; nil where only files may fit.
  private func known(
    _ argument: CommandDescription.Argument, words: [String], beginningWith word: String
  ) -> [String]? {
    switch (words[0], argument.valueName) {
    case ("set", "name"): return Setting.all.map(\.name) + session.scope.variables.keys
    case ("set", "value"):
      switch Setting.named(words[1])?.values {
      case .words(let values): return values
      case .user: return stored(.users, beginningWith: word)
      default: break
      }
    case ("unset", "name"): return Setting.all.map(\.name) + session.scope.variables.keys
    case ("undo", "operation"), ("journal", "operation"): return stored(.operations, beginningWith: word)
    case ("models", "name"): return session.embedders.models.installed().map(\.name)
    default: break
    }
    if let kind = argument.names.compactMap(StoredValue.init(option:)).first {
      return (kind == .runs ? ["last"] : []) + stored(kind, beginningWith: word)
    }
    return argument.values.isEmpty ? nil : argument.values
  }

  private func stored(_ kind: StoredValue, beginningWith prefix: String) -> [String] {
    guard let store = try? session.store() else { return [] }
    return session.stores.values(kind, beginningWith: prefix, at: session.location(of: store))
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

  /// The values that begin with what is typed, sorted. What could act on a terminal is left out, and so is nothing at
  /// all, which no line shows.
  private func fitting(_ values: [Value], _ word: String) -> [Value] {
    var seen: Set<String> = []
    return values.filter { value in
      value.text.hasPrefix(word) && !value.text.isEmpty && value.text == value.text.withVisibleControls
        && seen.insert(value.text).inserted
    }.sorted { $0.text < $1.text }
  }
}

extension StoredValue {
  /// What the store knows values for, by the option that takes them.
  package init?(option: String) {
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
  /// Values of the store in use. ``Completer`` finds them by the option's name; the closure is never called.
  static var stored: CompletionKind { .custom { _, _, _ in [] } }
}
