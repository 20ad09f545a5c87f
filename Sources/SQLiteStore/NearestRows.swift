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
  private var kept: [Candidate] = []
  private var worst: Candidate?

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes a candidate if it is among the best so far. Sorting now and then keeps this cheap.
  mutating func offer(_ candidate: Candidate) {
    if let worst, !candidate.precedes(worst) { return }
    kept.append(candidate)
    if kept.count >= limit * 2 + 16 { cut() }
  }

  /// The best, in order.
  var sorted: [Candidate] { Array(kept.sorted { $0.precedes($1) }.prefix(limit)) }

  private mutating func cut() {
    kept = sorted
    worst = kept.last
  }
}
