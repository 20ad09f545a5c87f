import Database
import MemoryModel
import MemoryStore

/// Which memories of a store some queries expect.
struct ExpectedMemories {
  /// A query and the number of its line.
  typealias Line = (line: Int, query: EvaluationQuery)

  /// A query that can be measured.
  struct Query {
    let line: Int
    let query: EvaluationQuery
    /// Whose memories are searched; nil for those of all.
    let userID: String?
    /// What is expected, each by the ids of the memories that are right: more than one where several have its content. No
    /// id is in two of them.
    let expected: [[Int64]]

    /// The place of each expected memory in an answer, from 1, and the id that is found there; of one that is not found
    /// the place is nil, and the id its lowest.
    func found(in hits: [SearchHit]) -> (ids: [Int64], places: [Int?]) {
      let places = Dictionary(
        hits.enumerated().map { ($0.element.memory.id, $0.offset + 1) }, uniquingKeysWith: { first, _ in first })
      let best = expected.map { ids in
        ids.map { (id: $0, place: places[$0]) }.min { ($0.place ?? .max, $0.id) < ($1.place ?? .max, $1.id) }
      }
      return (best.map { $0?.id ?? 0 }, best.map { $0?.place })
    }
  }

  /// Those of which a memory at least is there.
  private(set) var queries: [Query] = []
  /// The expected memories that are not there.
  private(set) var missing: [Evaluation.Missing] = []

  /// Looks up what lines expect.
  ///
  /// - Parameter defaultUser: Whose memories are searched where a query does not say.
  init(_ lines: [Line], in store: MemoryStore, defaultUser: String?) throws {
    let owners = try store.users(ofMemories: Array(Set(lines.flatMap(\.query.ids))))
    let contents = Set(lines.flatMap(\.query.contents).map(ExactText.init))
    let named = Dictionary(
      grouping: try store.memories(withContents: contents.map(\.text)), by: { ExactText($0.content) })
    for (line, query) in lines {
      let user = query.userID ?? defaultUser
      func isSearched(_ owner: String) -> Bool { user.map { ExactText($0) == ExactText(owner) } ?? true }
      var (expected, seen): ([[Int64]], Set<Int64>) = ([], [])
      func miss(_ name: Evaluation.Missing.Name, _ owner: String?) {
        missing.append(Evaluation.Missing(line: line, query: query.text, expected: name, owner: owner))
      }
      for id in query.ids where seen.insert(id).inserted {
        guard let owner = owners[id], isSearched(owner) else {
          miss(.id(id), owners[id])
          continue
        }
        expected.append([id])
      }
      for content in query.contents {
        let all = named[ExactText(content)] ?? []
        let ids = all.filter { isSearched($0.userID) }.map(\.id)
        guard !ids.isEmpty else {
          miss(.content(content), all.first?.userID)
          continue
        }
        // What an id has named, or the same content before, is one memory.
        guard seen.isDisjoint(with: ids) else { continue }
        seen.formUnion(ids)
        expected.append(ids)
      }
      if !expected.isEmpty { queries.append(Query(line: line, query: query, userID: user, expected: expected)) }
    }
  }
}
