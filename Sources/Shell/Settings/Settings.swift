import Database
import MemoryModel
import MemoryServices

/// What a script does after an error.
package enum ErrorReaction: String, Sendable, CaseIterable {
  case stop
  case `continue`
}

/// The colours of the terminal that results are shown for.
package enum ColorTheme: String, Sendable, CaseIterable {
  case dark, light, none
}

/// How a table is laid out that does not fit the terminal.
package enum Expansion: String, Sendable, CaseIterable {
  /// Every table is shown a line for each value.
  case on
  /// Never.
  case off
  /// Where the columns do not fit.
  case auto
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

  /// The settings a session starts with.
  package init() {}

  /// Whether the user has chosen an embedder: then it is used, whatever the store's is.
  var isChosen: Bool { choice != nil || model != nil || dimensions != nil }
}

/// What a session does as its user wants it. ``Setting`` declares what `set` can change of it.
package struct Settings: Sendable {
  /// The format of results; nil takes `table` for a terminal and `tsv` for a pipe.
  package var output: OutputFormat?
  /// How a table is laid out that does not fit the terminal.
  package var expanded = Expansion.auto
  /// The colours of results.
  package var theme = ColorTheme.dark
  /// What a script does after an error.
  package var onError = ErrorReaction.stop
  /// Whose memories a command works on that is given no `--user`; nil for those of all.
  package var user: String?
  /// How texts are embedded.
  package var embedding = EmbeddingSettings()
  /// How much the words weigh in a hybrid search, from 0 to 1; nil leaves it to the query and what is found.
  package var hybridWeight: Double?
  /// What the store may use.
  package var options = StoreOptions()
  /// Whether destructive commands go on without asking.
  package var assumesYes = false
  /// What stands before the cursor; see ``PromptText``.
  package var prompt = PromptText.defaultTemplate
  /// What the user's own names for commands stand for; see ``FamiliarWords``.
  package var aliases: [String: String] = [:]
  /// What shows results that are longer than the screen.
  package var pager = PagerChoice.automatic
  /// Whether the time that each command took is told.
  package var showsTiming = false
  /// Whether progress and notices are left out.
  package var isQuiet = false

  /// The settings a session starts with.
  package init() {}
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

  /// The choice that `set pager` was given.
  init(_ text: String) {
    self = text == "auto" ? .automatic : text == "off" ? .off : .command(text)
  }
}
