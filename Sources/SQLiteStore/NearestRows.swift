/// Keeps the best of many candidates: the most similar, equal ones by id.
struct NearestRows {
  struct Candidate {
    let id: Int64
    let similarity: Double

    func precedes(_ other: Candidate) -> Bool {
      similarity != other.similarity ? similarity > other.similarity : id < other.id
    }
  }

  private let limit: Int
  /// The best, in order.
  private(set) var sorted: [Candidate] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// The similarity of the last of the best; nil while there is room for more.
  var worstSimilarity: Double? { sorted.count < limit ? nil : sorted.last?.similarity }

  /// Takes a candidate if it is among the best so far.
  mutating func offer(_ candidate: Candidate) {
    if sorted.count >= limit, let last = sorted.last, !candidate.precedes(last) { return }
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].precedes(candidate) { low = middle + 1 } else { high = middle }
    }
    sorted.insert(candidate, at: low)
    if sorted.count > limit { sorted.removeLast() }
  }
}
