import Database
import MemoryModel
import MemoryServices

extension Setting {
  /// Every setting, by name. What is not declared here cannot be set.
  static let all: [Setting] = [
    .number(
      "cache-size", \.embedding.cacheMegabytes, 1...1_048_576, unit: "megabytes",
      help: "How large the embedding cache may become."),
    Setting(
      "dimensions", \.embedding.dimensions,
      .numbersOrAuto(0...16_000, unit: "numbers a vector; 0 is the model's own", isWhole: true),
      help: "The length of the vectors.", text: { $0.map(String.init) ?? "auto" },
      read: { Double($0).flatMap { $0 > 0 ? Int($0) : nil } }),
    .choice("embedder", \.embedding.choice, help: "What embeds texts; auto takes the store's own where it can be had."),
    Setting(
      "embedding-price", \.embedding.pricePerMillionTokens,
      .numbersOrAuto(0...10_000, unit: "dollars a million tokens", isWhole: false),
      help: "What embeddings cost; auto knows the published prices.", text: { $0.map { "\($0)" } ?? "auto" },
      read: { Double($0) }),
    .choice(
      "expanded", \.expanded, help: "Show a line for each value: always, never, or what does not fit the terminal.",
      title: "Expanded display"),
    Setting(
      "hybrid-weight", \.hybridWeight, .numbersOrAuto(0...1, unit: "of a result's score", isWhole: false),
      help: "How much the words weigh in a hybrid search; auto: 0.7, and 0 where they tell too little.",
      text: { $0.map { "\($0)" } ?? "auto" }, read: { Double($0) }),
    .text("model", \.embedding.model, .text("a name, or auto"), help: "The embedder's model."),
    .choice("on-error", \.onError, help: "What a script does after an error."),
    .choice("output", \.output, help: "The format of results; auto is table on a terminal and tsv in a pipe."),
    Setting(
      "pager", \.pager, .text("auto, off, or a command such as 'less -S'"),
      help: "What shows results that are longer than the screen.", text: \.description, read: { PagerChoice($0) }),
    .number(
      "pool-size", \.options.poolSize, 1...64, unit: "connections", help: "How many connections to PostgreSQL are used."
    ),
    Setting(
      "prompt", \.prompt, .text("a text with {label}, {backend}, {database}, {location} and {user}"),
      help: "What stands before the cursor.", text: { $0 }, read: { $0 }),
    .number(
      "request-timeout", \.embedding.timeoutSeconds, 1...3_600, unit: "seconds",
      help: "How long a request for embeddings may take."),
    .number(
      "requests", \.embedding.requestsInFlight, 1...64, unit: "to the embedding server at a time",
      help: "How many requests for embeddings are under way at a time."),
    Setting(
      "statement-timeout", \.options.statementTimeoutSeconds,
      .numbers(0...86_400, unit: "seconds; 0 is none", isWhole: false),
      help: "The longest that a statement of the database may take.",
      text: { $0 == $0.rounded() ? String(Int($0)) : "\($0)" },
      // Stores count milliseconds, of which 0 would be none at all.
      read: { Double($0).map { $0 > 0 ? max($0, 0.001) : 0 } ?? StoreOptions().statementTimeoutSeconds }),
    .text(
      "text-search-language", \.options.textSearchLanguage,
      .text("auto, or a language such as english, german or simple"), help: "The language that words are searched in."),
    .choice("theme", \.theme, help: "The colours that results are shown in: for a dark or a light terminal, or none."),
    .flag("timing", \.showsTiming, help: "Tell the time that each command took."),
    .text("user", \.user, .user, help: "Whose memories a command works on that is given no --user."),
  ]
}
