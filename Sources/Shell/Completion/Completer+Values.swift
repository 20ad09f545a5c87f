import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// What the arguments of commands take.
extension Completer {
  /// The values of an argument that fit what is typed of it.
  ///
  /// - Parameter isOwnWord: Whether the value is a word of its own: one that begins with `-` would then be taken for an
  ///   option, and is left out.
  func values(
    of argument: CommandDescription.Argument, at place: Place, _ word: String, isOwnWord: Bool
  ) -> Completion.Found {
    if place.command.name == "sql", argument.names.isEmpty {
      return answersShell ? Completion.Found() : SQLCompletion(source).found(word, followedBy: place.rest)
    }
    if argument.names.contains("--where") { return conditions(word) }
    if argument.names.contains("--tags") { return tags(word) }
    var found = Completion.Found()
    if let known = known(argument, at: place, word) {
      found.values = known.filter { !isOwnWord || !$0.text.hasPrefix("-") }
    } else if let extensions = argument.fileExtensions {
      found.fileExtensions = extensions
      if !answersShell { found.values = files(word, extensions) }
    }
    return found
  }

  /// The values that are known of an argument; nil where only files may fit.
  private func known(
    _ argument: CommandDescription.Argument, at place: Place, _ word: String
  ) -> [Completion.Value]? {
    if let subject = StoredSubject(argument, of: place.command.name) {
      let numbers = stored(subject.kind, word).filter { !subject.isOnce || !place.positionals.contains($0.text) }
      return named(subject.words, word) + numbers
    }
    if argument.names.contains("--fix") {
      let checks = Check.all.map { Completion.Value($0.name, about: $0.what) }
      return named([Completion.Value("all", about: "All that need no guess.")] + checks, word)
    }
    switch (place.command.name, argument.valueName) {
    case ("set", "name"), ("unset", "name"):
      return named(Setting.all.map { Completion.Value($0.name, about: $0.help) } + variables, word)
    case ("set", "value"):
      switch place.positionals.first.flatMap(Setting.named)?.values {
      case .words(let values): return named(values.map { Completion.Value($0) }, word)
      case .user: return stored(.users, word)
      default: break
      }
    case ("reassign", "from"), ("reassign", "to"): return stored(.users, word)
    case ("connections add", "name"), ("connections remove", "name"): return named(connections(), word)
    case ("connect", "location") where word.hasPrefix("@"): return named(connections(sign: "@"), word)
    case ("models use", "name"): return named(source.models().map { Completion.Value($0) }, word)
    case ("eval", "embedder"):
      let names = EmbedderChoice.allCases.map(\.rawValue) + source.models()
      return named(names.map { Completion.Value($0) }, word)
    case ("doctor", "checks"): return named(Check.all.map { Completion.Value($0.name, about: $0.what) }, word)
    case ("help", "subject"):
      if let command = place.positionals.first {
        let inner = CommandDescription.all[command]?.subcommands ?? []
        return named(inner.map { Completion.Value($0.word, about: $0.about) }, word)
      }
      return named(
        argument.values.map { Completion.Value($0, about: CommandDescription.all[$0]?.about ?? "") }, word)
    default: break
    }
    guard let kind = argument.names.compactMap(StoredValue.init(option:)).first else {
      return argument.values.isEmpty ? nil : named(argument.values.map { Completion.Value($0) }, word)
    }
    let last =
      kind == .runs ? Fitting.beginning([Completion.Value("last", about: "The last migration.")], with: word) : []
    return last + stored(kind, word)
  }

  private func connections(sign: String = "") -> [Completion.Value] {
    source.connections().map { Completion.Value(sign + $0.name, about: $0.location) }
  }

  private var variables: [Completion.Value] { source.variables().sorted().map { Completion.Value($0) } }

  /// Values of the store: numbers the newest first, all else by the alphabet.
  private func stored(_ kind: StoredValue, _ word: String) -> [Completion.Value] {
    let values = source.stored(kind, word).map(Completion.Value.init)
    return Fitting.beginning(kind.isNumbers ? values : values.sorted { $0.text < $1.text }, with: word)
  }

  /// `metadata.source=chat`: the place, then the value.
  private func conditions(_ word: String) -> Completion.Found {
    let prefix = "metadata."
    guard let equals = word.firstIndex(of: "="), word.hasPrefix(prefix) else {
      let places = source.stored(.metadataPaths, "").map {
        Completion.Value(prefix + $0.text + "=", about: $0.about, endsWord: false)
      }
      return Completion.Found(values: named(places, word))
    }
    let path = String(word[..<equals].dropFirst(prefix.count))
    let typed = String(word[word.index(after: equals)...])
    let values = source.stored(.metadataValues(path: path), "").map(Completion.Value.init)
    return Completion.Found(
      kept: String(word[...equals]),
      values: Fitting.beginning(values.sorted { $0.text < $1.text }, with: typed))
  }

  /// `tea,col`: each is a word behind the last comma.
  private func tags(_ word: String) -> Completion.Found {
    let kept = word.lastIndex(of: ",").map { String(word[...$0]) } ?? ""
    let known = source.stored(.tags, "").map { Completion.Value($0.text, endsWord: false) }
    return Completion.Found(kept: kept, values: Fitting.beginning(known, with: String(word.dropFirst(kept.count))))
  }

  func files(_ word: String, _ extensions: [String]) -> [Completion.Value] {
    guard word != "~" else { return [Completion.Value("~/")] }
    return Fitting.beginning(source.files(word, extensions).sorted().map { Completion.Value($0) }, with: word)
  }
}

/// A row or table of the store that an argument names.
private struct StoredSubject {
  let kind: StoredValue
  /// Words that can stand for it.
  var words: [Completion.Value] = []
  /// Whether the same one cannot be named twice.
  var isOnce = false

  /// Nil for an argument that names none.
  init?(_ argument: CommandDescription.Argument, of command: String) {
    switch (command, argument.names.first ?? argument.valueName) {
    case ("show", "subject"):
      kind = .memories
      words = [
        Completion.Value("tables", about: "The tables and views of the database."),
        Completion.Value("vars", about: "The settings and variables."),
      ]
    case ("edit", "id"), (_, "--similar-to"), (_, "--of"), (_, "--keep"): kind = .memories
    case ("delete", "ids"), ("merge", "ids"): (kind, isOnce) = (.memories, true)
    case ("undo", "operation"), ("journal show", "operation"): kind = .operations
    case ("describe", "table"): kind = .relations
    case ("fragments edit", "id"): kind = .fragments
    case (let name, "ids") where name.hasPrefix("fragments "): (kind, isOnce) = (.fragments, true)
    default: return nil
    }
  }
}

extension StoredValue {
  /// What the store knows values for, by the option that takes them.
  fileprivate init?(option: String) {
    switch option {
    case "--user": self = .users
    case "--category": self = .categories
    case "--agent": self = .agents
    case "--run": self = .runs
    default: return nil
    }
  }

  /// Whether the values are numbers of rows.
  fileprivate var isNumbers: Bool { [.memories, .fragments, .operations, .runs].contains(self) }
}

extension CompletionKind {
  /// Values of the store in use. ``Completer`` finds them by the option's name; the closure is never called.
  static var stored: CompletionKind { .custom { _, _, _ in [] } }
}
