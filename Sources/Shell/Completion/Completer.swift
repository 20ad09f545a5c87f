import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// Answers what could stand at the end of a line.
package struct Completer {
  let source: CompletionSource
  /// Whether a shell asks: it looks for files itself, and takes only what begins with what is typed.
  let answersShell: Bool

  /// Completes for a session.
  package init(session: Session, answersShell: Bool = false) {
    self.init(CompletionSource(session), answersShell: answersShell)
  }

  init(_ source: CompletionSource, answersShell: Bool = false) {
    self.source = source
    self.answersShell = answersShell
  }

  /// What could stand at the end of `line`.
  ///
  /// - Parameter rest: What stands behind the cursor.
  package func complete(_ line: String, followedBy rest: String = "") -> Completion {
    if let variable = variables(line) { return variable }
    guard let partial = PartialLine(line) else { return Completion() }
    switch partial.place {
    case .word: break
    case .statement:
      let found = SQLCompletion(source).found(partial.raw, followedBy: rest)
      return Completion(
        replaces: partial.raw.count - found.kept.count,
        candidates: found.values.map { Completion.Candidate($0, as: $0.text) })
    case .file:
      return completion(Completion.Found(values: files(partial.word, []), fileExtensions: []), of: partial)
    }
    return completion(
      found(after: partial.words, partial.word, isQuoted: partial.beginsWithQuote, followedBy: rest), of: partial)
  }

  /// The values as they must be typed at the end of a line.
  private func completion(_ found: Completion.Found, of partial: PartialLine) -> Completion {
    guard found.kept.isEmpty || partial.raw.hasPrefix(found.kept) else {
      // The quote was opened before what stays.
      let typed = partial.word.dropFirst(found.kept.count)
      guard partial.word.hasPrefix(found.kept), partial.raw.hasSuffix(typed) else { return Completion() }
      return Completion(
        replaces: typed.count,
        candidates: found.values.compactMap { value in
          partial.typedInside(value.text).map { Completion.Candidate(value, as: $0) }
        })
    }
    guard let typed = found.kept.isEmpty ? partial : PartialLine(String(partial.raw.dropFirst(found.kept.count))) else {
      return Completion()
    }
    // A file below the home folder is typed as it was begun: `~/` first, and only what follows is quoted.
    let home = found.fileExtensions != nil && (typed.beginsAtHome || typed.raw == "~") ? "~/" : ""
    let candidates = found.values.compactMap { value -> Completion.Candidate? in
      let rest = String(value.text.dropFirst(home.count))
      // What cannot be typed as one word, such as a quote with an accent, is not offered.
      guard rest.isEmpty || Completer.word(in: typed.typed(rest, isFinished: true)) == rest else { return nil }
      return Completion.Candidate(value, as: home + typed.typed(rest, isFinished: value.endsWord))
    }
    return Completion(replaces: typed.raw.count, candidates: candidates)
  }

  /// The only word of a text as the lexer reads it behind a command, where `table` begins no statement; nil when it is
  /// anything else.
  private static func word(in text: String) -> String? {
    guard let commands = try? Lexer.commands(in: "echo " + text, file: nil), commands.count == 1,
      commands[0].tokens.count == 2, case .text(let word)? = commands[0].tokens[1].pieces.first,
      commands[0].tokens[1].pieces.count == 1
    else { return nil }
    return word
  }

  /// What could take the place of `word`, the unfinished one behind a command's words.
  ///
  /// - Parameters:
  ///   - isQuoted: Whether the word stands in quotes: then it is not an option.
  ///   - rest: What stands behind the cursor.
  ///   - launch: The options that may stand before the command; nil where none may.
  package func found(
    after words: [String], _ word: String, isQuoted: Bool = false, followedBy rest: String = "",
    launch: CommandDescription? = nil
  ) -> Completion.Found {
    let own = words.prefix(launch?.leadingOptions(in: words) ?? 0)
    guard let command = words.dropFirst(own.count).first else {
      if let launch, word.hasPrefix("-") || launch.isWaitingForValue(own) {
        return found(Place(command: launch, given: Array(own), word: word, isQuoted: isQuoted))
      }
      let statements = launch == nil && !answersShell ? BareSQL.beginnings(word) : []
      let exact = Fitting.beginning(commands + statements.map { Completion.Value($0, about: "SQL") }, with: word)
      return Completion.Found(values: exact.isEmpty ? named(commands, word) : exact)
    }
    let given = Array(words.dropFirst(own.count + 1))
    guard command != "watch" || given.isEmpty else {
      // What is watched is a command of its own.
      return found(
        after: Array(given.drop { $0.hasPrefix("-") || Double($0) != nil }), word, isQuoted: isQuoted,
        followedBy: rest)
    }
    guard let description = CommandDescription.all[command] else {
      guard let meaning = FamiliarWords.words(of: command, aliases: source.aliases()) else { return Completion.Found() }
      return found(after: meaning + given, word, isQuoted: isQuoted, followedBy: rest)
    }
    if given.isEmpty, !description.subcommands.isEmpty, !word.hasPrefix("-") {
      let names = description.subcommands.map { Completion.Value($0.word, about: $0.about) }
      return Completion.Found(values: named(names, word))
    }
    let (resolved, wordCount) = description.resolved([command] + given)
    return found(
      Place(
        command: resolved, given: Array(given.dropFirst(wordCount - 1)), word: word, isQuoted: isQuoted, rest: rest))
  }

  /// The commands with what they do, and the words that stand for some.
  private var commands: [Completion.Value] {
    let commands = CommandDescription.all.values.map { Completion.Value($0.name, about: $0.about) }
    let aliases = source.aliases().map { Completion.Value($0.key, about: "alias of \($0.value)") }
    return (commands + aliases).sorted { $0.text < $1.text }
  }

  /// The names that fit what is typed.
  func named(_ values: [Completion.Value], _ typed: String) -> [Completion.Value] {
    answersShell ? Fitting.beginning(values, with: typed) : Fitting.near(values, to: typed)
  }

  /// A word of a command that is still being typed.
  struct Place {
    let command: CommandDescription
    /// The words behind the command's name.
    let given: [String]
    /// The unfinished word.
    let word: String
    let isQuoted: Bool
    /// What stands behind the cursor.
    var rest = ""

    /// How many of the words are neither options nor values of options.
    var positionals: [String] {
      var found: [String] = []
      var isValue = false
      for word in given {
        if isValue {
          isValue = false
        } else if word.hasPrefix("-") {
          isValue = command.options.contains { $0.takesValue && $0.names.contains(word) }
        } else {
          found.append(word)
        }
      }
      return found
    }
  }

  private func found(_ place: Place) -> Completion.Found {
    let (command, word) = (place.command, place.word)
    if let option = command.options.first(where: { $0.takesValue && $0.names.contains(place.given.last ?? "") }) {
      return values(of: option, at: place, word, isOwnWord: true)
    }
    // `--user=a` names the option in the same word.
    if !place.isQuoted, word.hasPrefix("--"), let separator = word.firstIndex(of: "=") {
      let name = String(word[..<separator])
      guard let option = command.options.first(where: { $0.takesValue && $0.names.contains(name) }) else {
        return Completion.Found()
      }
      var found = values(of: option, at: place, String(word[word.index(after: separator)...]), isOwnWord: false)
      found.kept = name + "=" + found.kept
      return found
    }
    if !place.isQuoted, word.hasPrefix("-") { return Completion.Found(values: options(at: place)) }
    let position = place.positionals.count
    guard position < command.positionals.count || command.positionals.last?.isRepeating == true,
      let argument = command.positionals.dropFirst(position).first ?? command.positionals.last
    else { return Completion.Found() }
    return values(of: argument, at: place, word, isOwnWord: true)
  }

  private func options(at place: Place) -> [Completion.Value] {
    let unused = place.command.options.filter { $0.isRepeating || !$0.names.contains(where: place.given.contains) }
    let names = unused.flatMap { option in
      option.names.filter { $0.hasPrefix("--") }.map { Completion.Value($0, about: option.about) }
    }
    let all = names + [Completion.Value("--help", about: "Explain the command.")]
    return named(all.sorted { $0.text < $1.text }, place.word)
  }

  /// `${na` → `${name}`
  private func variables(_ line: String) -> Completion? {
    guard let start = line.ranges(of: "${").last?.lowerBound else { return nil }
    let typed = line[start...]
    guard typed.dropFirst(2).allSatisfy({ $0.isLetter || $0.isNumber || "_-:".contains($0) }) else { return nil }
    // Between single quotes, in a comment and the like it is text.
    guard let before = PartialLine(String(line[..<start])), before.quote != "'" else { return Completion() }
    let known = source.variables().map { "${\($0)}" } + source.environment().map { "${ENV:\($0)}" }
    let candidates = Fitting.beginning(
      known.sorted().map { Completion.Value($0, endsWord: false) }, with: String(typed))
    return Completion(
      replaces: typed.count, candidates: candidates.map { Completion.Candidate($0, as: $0.text) })
  }
}

extension Completion.Candidate {
  /// A value as it is typed.
  fileprivate init(_ value: Completion.Value, as text: String) {
    self.init(text: text, shown: value.text, about: value.about, endsWord: value.endsWord)
  }
}
