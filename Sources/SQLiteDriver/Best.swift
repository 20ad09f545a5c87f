internal import HeapModule

/// Keeps the largest of many values.
struct Best<Element: Comparable> {
  private let limit: Int
  private var kept = Heap<Element>()

  init(limit: Int) {
    self.limit = limit
  }

  /// The smallest of the largest; nil while there is room for more.
  var worst: Element? { kept.count < limit ? nil : kept.min }

  /// The largest first.
  var sorted: [Element] { kept.unordered.sorted(by: >) }

  /// Takes a value if it is among the largest so far.
  mutating func offer(_ value: Element) {
    if kept.count < limit {
      kept.insert(value)
    } else if let worst = kept.min, value > worst {
      kept.replaceMin(with: value)
    }
  }
}

/// A row that a search found; the more similar it is, the larger, and of equal ones that with the smaller id.
struct Candidate: Comparable {
  let id: Int64
  let similarity: Double

  static func < (left: Candidate, right: Candidate) -> Bool {
    left.similarity != right.similarity ? left.similarity < right.similarity : left.id > right.id
  }
}
