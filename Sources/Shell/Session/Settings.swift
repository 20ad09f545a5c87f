import MemoryCore

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
  /// What the store may use.
  public var limits = StoreLimits()
  /// Whether destructive commands go on without asking.
  public var assumesYes = false
  /// Whether progress and notices are left out.
  public var isQuiet = false

  /// Creates the settings a session starts with.
  public init() {}

  /// What a setting takes.
  enum Values {
    case words([String])
    case numbers(ClosedRange<Double>, unit: String, isWhole: Bool)

    /// Whether a value fits.
    func contains(_ value: String) -> Bool {
      switch self {
      case .words(let words): words.contains(value)
      case .numbers(let range, _, let isWhole):
        Double(value).map { range.contains($0) && (!isWhole || $0 == $0.rounded()) } ?? false
      }
    }

    /// The values in words, for help and errors.
    var description: String {
      switch self {
      case .words(let words): words.joined(separator: ", ")
      case .numbers(let range, let unit, _): "\(Int(range.lowerBound)) to \(Int(range.upperBound)) \(unit)"
      }
    }
  }

  /// The names of the settings, each with the values it takes.
  static let all: [(name: String, values: Values)] = [
    ("embedder", .words(EmbedderChoice.allCases.map(\.rawValue) + ["auto"])),
    ("on-error", .words(ErrorReaction.allCases.map(\.rawValue))),
    ("output", .words(OutputFormat.allCases.map(\.rawValue) + ["auto"])),
    ("pool-size", .numbers(1...64, unit: "connections", isWhole: true)),
    ("statement-timeout", .numbers(0...86_400, unit: "seconds; 0 is none", isWhole: false)),
  ]

  /// Changes a setting. The value has been checked against ``all``.
  mutating func set(_ name: String, to value: String) {
    switch name {
    case "embedder": embedder = EmbedderChoice(rawValue: value)
    case "on-error": onError = ErrorReaction(rawValue: value) ?? .stop
    case "pool-size": limits.poolSize = Double(value).map { Int($0) } ?? StoreLimits().poolSize
    case "statement-timeout": limits.statementTimeoutSeconds = Double(value) ?? 0
    default: output = OutputFormat(rawValue: value)
    }
  }

  /// The settings as `show vars` lists them.
  var listed: [(name: String, value: String)] {
    [
      ("embedder", embedder?.rawValue ?? "auto"), ("on-error", onError.rawValue),
      ("output", output?.rawValue ?? "auto"), ("pool-size", String(limits.poolSize)),
      ("statement-timeout", "\(limits.statementTimeoutSeconds) s"),
    ]
  }
}
