import Database
import MemoryModel
import MemoryServices

/// What a script does after an error.
package enum ErrorReaction: String, Sendable, CaseIterable {
  case stop
  case `continue`
}

/// How texts are embedded; what is nil is left to the embedder.
package struct EmbeddingSettings: Sendable, Hashable {
  /// The embedder; nil takes the first that is available.
  package var choice: EmbedderChoice?
  /// The model's name.
  package var model: String?
  /// The length of the vectors.
  package var dimensions: Int?
  /// Requests under way at a time.
  package var requestsInFlight = 8
  /// The longest a request may take.
  package var timeoutSeconds = 120
  /// US dollars for a million tokens.
  package var pricePerMillionTokens: Double?
  /// How large the embedding cache may become.
  package var cacheMegabytes = 2_048

  /// Creates the settings a session starts with.
  package init() {}

  /// Whether somebody has chosen an embedder: then it is used, whatever the store's is.
  var isChosen: Bool { choice != nil || model != nil || dimensions != nil }
}

/// What `set` can change, apart from variables.
package struct Settings: Sendable {
  /// The format of results; nil takes `table` for a terminal and `tsv` for a pipe.
  package var output: OutputFormat?
  /// What a script does after an error.
  package var onError = ErrorReaction.stop
  /// How texts are embedded.
  package var embedding = EmbeddingSettings()
  /// What the store may use.
  package var options = StoreOptions()
  /// Whether destructive commands go on without asking.
  package var assumesYes = false
  /// What stands before the cursor; see ``PromptText``.
  package var prompt = PromptText.defaultTemplate
  /// What shows results that are longer than the screen.
  package var pager = PagerChoice.automatic
  /// Whether the time that each command took is told.
  package var showsTiming = false
  /// Whether progress and notices are left out.
  package var isQuiet = false

  /// Creates the settings a session starts with.
  package init() {}

  /// What a setting takes.
  enum Values {
    case words([String])
    /// Any text, such as `auto`.
    case text(String)
    case numbers(ClosedRange<Double>, unit: String, isWhole: Bool)

    /// Whether a value fits.
    func contains(_ value: String) -> Bool {
      switch self {
      case .words(let words): words.contains(value)
      case .text: !value.isEmpty
      case .numbers(let range, _, let isWhole):
        Double(value).map { range.contains($0) && (!isWhole || $0 == $0.rounded()) } ?? false
      }
    }

    /// The values in words, for help and errors.
    var description: String {
      switch self {
      case .words(let words): words.joined(separator: ", ")
      case .text(let description): description
      case .numbers(let range, let unit, _): "\(Int(range.lowerBound)) to \(Int(range.upperBound)) \(unit)"
      }
    }
  }

  /// The names of the settings, each with the values it takes.
  static let all: [(name: String, values: Values)] = [
    ("cache-size", .numbers(1...1_048_576, unit: "megabytes", isWhole: true)),
    ("dimensions", .numbers(0...16_000, unit: "numbers a vector; 0 is the model's own", isWhole: true)),
    ("embedder", .words(EmbedderChoice.allCases.map(\.rawValue) + ["auto"])),
    ("embedding-price", .numbers(0...10_000, unit: "dollars a million tokens", isWhole: false)),
    ("model", .text("a name, or auto")),
    ("on-error", .words(ErrorReaction.allCases.map(\.rawValue))),
    ("output", .words(OutputFormat.allCases.map(\.rawValue) + ["auto"])),
    ("pager", .text("auto, off, or a command such as 'less -S'")),
    ("pool-size", .numbers(1...64, unit: "connections", isWhole: true)),
    ("prompt", .text("a text with {label}, {backend}, {database} and {location}")),
    ("request-timeout", .numbers(1...3_600, unit: "seconds", isWhole: true)),
    ("requests", .numbers(1...64, unit: "to the embedding server at a time", isWhole: true)),
    ("statement-timeout", .numbers(0...86_400, unit: "seconds; 0 is none", isWhole: false)),
    ("text-search-language", .text("auto, or a language such as english, german or simple")),
    ("timing", .words(["on", "off"])),
  ]

  /// Changes a setting. The value has been checked against ``all``.
  mutating func set(_ name: String, to value: String) {
    switch name {
    case "cache-size": embedding.cacheMegabytes = Double(value).map { Int($0) } ?? EmbeddingSettings().cacheMegabytes
    case "dimensions": embedding.dimensions = Double(value).flatMap { $0 > 0 ? Int($0) : nil }
    case "embedder": embedding.choice = EmbedderChoice(rawValue: value)
    case "embedding-price": embedding.pricePerMillionTokens = Double(value)
    case "model": embedding.model = value == "auto" ? nil : value
    case "request-timeout":
      embedding.timeoutSeconds = Double(value).map { Int($0) } ?? EmbeddingSettings().timeoutSeconds
    case "requests": embedding.requestsInFlight = Double(value).map { Int($0) } ?? EmbeddingSettings().requestsInFlight
    case "on-error": onError = ErrorReaction(rawValue: value) ?? .stop
    case "pager": pager = value == "auto" ? .automatic : value == "off" ? .off : .command(value)
    case "prompt": prompt = value
    case "timing": showsTiming = value == "on"
    case "pool-size": options.poolSize = Double(value).map { Int($0) } ?? StoreOptions().poolSize
    case "text-search-language": options.textSearchLanguage = value == "auto" ? nil : value
    // Stores count milliseconds, of which 0 would be none at all.
    case "statement-timeout": options.statementTimeoutSeconds = Double(value).map { $0 > 0 ? max($0, 0.001) : 0 } ?? 0
    default: output = OutputFormat(rawValue: value)
    }
  }

  /// The settings as `show vars` lists them.
  var listed: [(name: String, value: String)] {
    [
      ("cache-size", "\(embedding.cacheMegabytes) MB"), ("dimensions", embedding.dimensions.map(String.init) ?? "auto"),
      ("embedder", embedding.choice?.rawValue ?? "auto"),
      ("embedding-price", embedding.pricePerMillionTokens.map { "\($0)" } ?? "auto"),
      ("model", embedding.model ?? "auto"), ("on-error", onError.rawValue),
      ("output", output?.rawValue ?? "auto"), ("pager", pager.description), ("pool-size", String(options.poolSize)),
      ("prompt", prompt),
      ("request-timeout", "\(embedding.timeoutSeconds) s"), ("requests", String(embedding.requestsInFlight)),
      ("statement-timeout", "\(options.statementTimeoutSeconds) s"),
      ("text-search-language", options.textSearchLanguage ?? "auto"), ("timing", showsTiming ? "on" : "off"),
    ]
  }
}

extension PagerChoice {
  /// The choice as `set pager` takes it.
  var description: String {
    switch self {
    case .automatic: "auto"
    case .off: "off"
    case .command(let command): command
    }
  }
}
