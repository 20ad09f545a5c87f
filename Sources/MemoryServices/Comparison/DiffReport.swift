import MemoryModel

/// How two vectors compare.
package enum VectorComparison: String, Sendable, CaseIterable {
  /// Neither memory has one.
  case none
  /// To the bit.
  case equal
  /// As near as rounding leaves them: each number within a ten-thousandth of the longer vector's length.
  case nearly
  case different
  /// Only the first memory has one.
  case onlyA = "only_a"
  /// Only the second has.
  case onlyB = "only_b"
}

/// One difference between two places.
package struct MemoryDifference: Sendable {
  /// What kind of difference it is.
  package enum Kind: String, Sendable, CaseIterable {
    case onlyA = "only_a"
    case onlyB = "only_b"
    /// Both have it, with other values.
    case changed
    /// A row of the first place that no store would take.
    case rejectedA = "rejected_a"
    case rejectedB = "rejected_b"
  }

  /// What kind of difference it is.
  package let kind: Kind
  /// Whose memory it is; nil for a row that does not say.
  package var userID: String?
  /// What is remembered.
  package var content: String?
  /// Its id in the first place.
  package var idA: String?
  /// Its id in the second.
  package var idB: String?
  /// What differs, by the names of the columns; `embedding` is among them.
  package var columns: [String] = []
  /// The first place's values of those columns, without the vector.
  package var a: JSON?
  /// The second place's.
  package var b: JSON?
  /// How the vectors compare; nil where they were not.
  package var vectors: VectorComparison?
  /// How far apart the most different numbers of the two vectors are.
  package var largestDifference: Double?
  /// Why a row would be rejected.
  package var reason: String?

  /// A difference of which nothing else is known yet.
  package init(kind: Kind) { self.kind = kind }
}

/// What comparing two places has found.
package struct DiffReport: Sendable {
  /// How many memories each place has, rejected rows not counted.
  package var memories = (a: 0, b: 0)
  /// How many rows of each place no store would take.
  package var rejected = (a: 0, b: 0)
  /// Memories that both have with the same values.
  package var equal = 0
  /// Memories that only the first place has.
  package var onlyA = 0
  /// Memories that only the second place has.
  package var onlyB = 0
  /// Memories that both have with other values.
  package var changed = 0
  /// How many of those differ in a column, by its name.
  package var columns: [String: Int] = [:]
  /// How the vectors of the memories that both have compare; empty where they were not compared.
  package var vectors: [VectorComparison: Int] = [:]
  /// How far apart the most different numbers of nearly equal vectors are.
  package var largestDifference = 0.0

  /// Whether both places hold the same.
  package var isEqual: Bool {
    onlyA == 0 && onlyB == 0 && changed == 0 && rejected.a == 0 && rejected.b == 0
  }
}
