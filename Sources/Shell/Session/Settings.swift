/// What a script does after an error.
public enum ErrorReaction: String, Sendable, CaseIterable {
  case stop
  case `continue`
}

/// What `set` can change, apart from variables.
public struct Settings: Sendable {
  /// The format of results; nil takes `table` for a terminal and `tsv` for a pipe.
  public var output: OutputFormat?
  /// What a script does after an error.
  public var onError = ErrorReaction.stop
  /// The embedder; nil takes the first that is available.
  public var embedder: EmbedderChoice?
  /// Whether destructive commands go on without asking.
  public var assumesYes = false
  /// Whether progress and notices are left out.
  public var isQuiet = false

  /// Creates the settings a session starts with.
  public init() {}

  /// The names of the settings, each with the values it takes.
  static let allowedValues: [(name: String, values: [String])] = [
    ("embedder", EmbedderChoice.allCases.map(\.rawValue) + ["auto"]),
    ("on-error", ErrorReaction.allCases.map(\.rawValue)),
    ("output", OutputFormat.allCases.map(\.rawValue) + ["auto"]),
  ]

  /// Changes a setting. The value has been checked against ``allowedValues``.
  mutating func set(_ name: String, to value: String) {
    switch name {
    case "embedder": embedder = EmbedderChoice(rawValue: value)
    case "on-error": onError = ErrorReaction(rawValue: value) ?? .stop
    default: output = OutputFormat(rawValue: value)
    }
  }

  /// The settings as `show vars` lists them.
  var listed: [(name: String, value: String)] {
    [
      ("embedder", embedder?.rawValue ?? "auto"), ("on-error", onError.rawValue),
      ("output", output?.rawValue ?? "auto"),
    ]
  }
}
