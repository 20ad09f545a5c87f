import MemoryModel
import MemoryServices

/// What `eval` tells: the measures of each way of searching, what is missing, and the weakest queries.
struct EvaluationScreen {
  let evaluation: Evaluation
  /// The file of queries.
  let path: String

  private static let missingShown = 5

  /// Machines get every value; people a table of the measures and what to look at.
  var record: ResultRecord {
    var fields: [ResultRecord.Field] = [
      .init("path", .text(path)), .init("queries", .count(evaluation.queries)),
      .init("measured", .count(evaluation.measured)), .init("depth", .count(evaluation.depth)),
      .init("embedder", .optional(embedder)),
    ]
    fields += first.map { result in
      .init(
        result.mode.rawValue,
        .record(zip(EvaluationScreen.columns, EvaluationScreen.cells(result)).map { .init($0, $1) }))
    }
    fields += [
      .init("other_embedders", .list(otherEmbedders)), .init("missing", .count(evaluation.missing)),
      .init("missing_memories", .list(missing)), .init("worst_by", .text(evaluation.weakestMode.rawValue)),
      .init("worst", .list(worst)),
    ]
    var record = ResultRecord(title: "Evaluation", fields: fields)
    record.screen = lines
    return record
  }

  private var embedder: String? { evaluation.results.compactMap(\.embedder).first }

  /// The results with the first embedder, and by words.
  private var first: [Evaluation.Result] { evaluation.results.filter { [nil, embedder].contains($0.embedder) } }

  private var others: [Evaluation.Result] { evaluation.results.filter { ![nil, embedder].contains($0.embedder) } }

  // MARK: For machines

  private static let columns = RetrievalMeasure.allCases.flatMap { measure in
    ["", "_low", "_high"].map { measure.rawValue + $0 }
  }

  private static func cells(_ result: Evaluation.Result) -> [Cell] {
    RetrievalMeasure.allCases.flatMap { measure -> [Cell] in
      guard let estimate = result.estimates[measure] else { return [.null, .null, .null] }
      return [estimate.value, estimate.low, estimate.high].map { .double($0, places: 3) }
    }
  }

  private var otherEmbedders: ResultTable {
    ResultTable(
      columns: ["embedder", "mode"] + EvaluationScreen.columns,
      rows: others.map { [.optional($0.embedder), .text($0.mode.rawValue)] + EvaluationScreen.cells($0) },
      noun: "result")
  }

  private var missing: ResultTable {
    ResultTable(
      columns: ["line", "query", "id", "content", "of_user"],
      rows: evaluation.firstMissing.map { missing in
        var (id, content): (Cell, Cell) = (.null, .null)
        switch missing.expected {
        case .id(let expected): id = .integer(expected)
        case .content(let expected): content = .text(expected)
        }
        return [.count(missing.line), .text(missing.query), id, content, .optional(missing.owner)]
      }, noun: "memory")
  }

  private var worst: ResultTable {
    ResultTable(
      columns: ["line", "query", "user_id", "expected", "ranks", "ndcg_at_10", "first_id", "first_content"],
      rows: evaluation.weakest.map { weak in
        [
          .count(weak.line), .text(weak.query), .optional(weak.userID),
          .json(.array(weak.expected.map { .integer($0) })),
          .json(.array(weak.places.map { $0.map { .integer($0) } ?? .null })), .double(weak.gain, places: 3),
          weak.first.map { .integer($0.id) } ?? .null, .optional(weak.first?.fields.content),
        ]
      }, noun: "query")
  }

  // MARK: For people

  private func lines(_ display: Display) -> [StyledText] {
    let measured = evaluation.measured == evaluation.queries ? "" : ", \(evaluation.measured) of them measured"
    let beginning = "\(path): \(counted(evaluation.queries, "query"))\(measured), searched \(evaluation.depth) deep"
    return display.paragraph(StyledText(), StyledText(beginning, .header))
      + (embedder.map { display.paragraph(StyledText("vectors by "), StyledText($0)) } ?? []) + measures(display)
      + display.paragraph(
        StyledText(),
        StyledText(
          "(95 % intervals: Wilson's for recall, \(Bootstrap.draws) bootstrap draws for the others)", .dim))
      + missingLines(display) + worstLines(display)
  }

  /// The measures, a column for each way of searching, as many beside each other as fit.
  private func measures(_ display: Display) -> [StyledText] {
    let (label, column) = (12, 21)
    let fitting = max(1, ((display.columns ?? 80) - label) / column)
    let all = first + others
    var lines: [StyledText] = []
    for start in stride(from: 0, to: all.count, by: fitting) {
      let results = all[start..<min(start + fitting, all.count)]
      func line(_ name: StyledText, _ texts: [StyledText]) -> StyledText {
        func padded(_ text: StyledText, _ width: Int) -> StyledText {
          let text = text.fitted(toWidth: width - 1)
          return text + StyledText(String(repeating: " ", count: width - text.width))
        }
        return texts.reduce(padded(name, label)) { $0 + padded($1, column) }.withoutTrailingSpaces
      }
      lines += [StyledText(), line(StyledText(), results.map { StyledText($0.mode.rawValue, .header) })]
      if !others.isEmpty { lines.append(line(StyledText(), results.map { StyledText($0.embedder ?? "", .dim) })) }
      lines += RetrievalMeasure.allCases.map { measure in
        line(StyledText(measure.label, .header), results.map { EvaluationScreen.text($0.estimates[measure]) })
      }
    }
    return lines
  }

  private static func text(_ estimate: Estimate?) -> StyledText {
    guard let estimate else { return StyledText() }
    let (low, high) = (fixed(estimate.low, places: 3), fixed(estimate.high, places: 3))
    return StyledText(fixed(estimate.value, places: 3)) + StyledText(" (\(low)–\(high))", .dim)
  }

  private func missingLines(_ display: Display) -> [StyledText] {
    guard evaluation.missing > 0 else { return [] }
    let are = evaluation.missing == 1 ? "is" : "are"
    let all = "\(counted(evaluation.missing, "expected memory")) \(are) not there, and not counted:"
    let shown = evaluation.firstMissing.prefix(EvaluationScreen.missingShown)
    let left = evaluation.missing - shown.count
    return [StyledText()] + display.paragraph(StyledText(), StyledText(all, .warning))
      + shown.flatMap { missing in
        display.paragraph(StyledText("  "), StyledText("line \(missing.line): \(EvaluationScreen.text(missing))"))
      } + (left > 0 ? display.paragraph(StyledText("  "), StyledText("and \(left) more")) : [])
  }

  private static func text(_ missing: Evaluation.Missing) -> String {
    let name =
      switch missing.expected {
      case .id(let id): "memory \(id)"
      case .content(let content): "a memory that says '\(cut(content))'"
      }
    return name + (missing.owner.map { ", which is there for another user: \($0)" } ?? "")
  }

  private func worstLines(_ display: Display) -> [StyledText] {
    guard !evaluation.weakest.isEmpty else { return [] }
    return [StyledText(), StyledText("weakest, \(evaluation.weakestMode.rawValue):", .header)]
      + evaluation.weakest.flatMap { weak -> [StyledText] in
        let user = weak.userID.map { " (\($0))" } ?? ""
        let places = zip(weak.expected, weak.places).map { id, place in
          "\(id) \(place.map { "is number \($0)" } ?? "is not among \(evaluation.depth)")"
        }
        let first = weak.first.map { "first came \($0.id): \(EvaluationScreen.cut($0.fields.content))" }
        return display.paragraph(StyledText("  "), StyledText("line \(weak.line)\(user): \(weak.query)"))
          + display.paragraph(
            StyledText("    "),
            StyledText(places.joined(separator: ", ") + "; " + (first ?? "nothing was found"), .dim))
      }
  }

  /// As much of a text as an example needs.
  private static func cut(_ text: String) -> String { text.count > 80 ? text.prefix(79) + "…" : text }
}

extension RetrievalMeasure {
  /// What it is called in writing.
  fileprivate var label: String {
    switch self {
    case .recallAt1: "recall@1"
    case .recallAt5: "recall@5"
    case .recallAt10: "recall@10"
    case .reciprocalRank: "MRR"
    case .discountedGain: "nDCG@10"
    }
  }
}
