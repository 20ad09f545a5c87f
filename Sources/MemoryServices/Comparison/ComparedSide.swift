import MemoryModel

/// What is kept of a memory while all others are read: 48 bytes.
struct DiffEntry: Sendable {
  let key: ContentKey
  /// A hash of what ``ComparedRow/parts`` says.
  let parts: UInt64
  /// A hash of the times; 0 where the place tells none, which differs from nothing.
  let times: UInt64
  /// A hash of the vector's bits; 0 for none.
  let vector: UInt64
  /// Its number in its place, in the order of reading.
  var number: Int32

  init(_ row: ComparedRow, comparesVectors: Bool) {
    key = ContentKey(userID: row.fields.userID, content: row.fields.content)
    parts = DiffEntry.hash(row.parts)
    times = row.hasTimes ? max(1, DiffEntry.hash(row.times)) : 0
    vector = comparesVectors ? row.fields.embedding.map { max(1, $0.digest) } ?? 0 : 0
    number = 0
  }

  private static func hash(_ parts: [ComparedRow.Part]) -> UInt64 {
    var hash = StreamHash()
    for part in parts {
      hash.add(part.name)
      hash.add(part.digest)
    }
    return hash.value
  }

  /// Whether everything is the same.
  func isSame(as other: DiffEntry) -> Bool {
    parts == other.parts && vector == other.vector && (times == other.times || times == 0 || other.times == 0)
  }

  /// Equal memories stand beside each other.
  static func precedes(_ left: DiffEntry, _ right: DiffEntry) -> Bool {
    if left.key != right.key { return left.key < right.key }
    return (left.parts, left.vector, left.times, left.number) < (right.parts, right.vector, right.times, right.number)
  }
}

/// What becomes of the rows of one place, by their numbers.
struct DiffRoles {
  /// 0 for a row that is the same in the other place, or was rejected; -1 for one that only this place has; else the number
  /// of the pair that it belongs to, from 1.
  private(set) var roles: [Int32]
  /// Whether there is a row whose values are needed.
  private(set) var isNeeded = false

  static let isAlone: Int32 = -1

  init(rows: Int) { roles = [Int32](repeating: 0, count: rows) }

  subscript(number: Int32) -> Int32 {
    get { roles[Int(number)] }
    set {
      roles[Int(number)] = newValue
      isNeeded = true
    }
  }
}

/// Which memories of two places belong together: those of the same user with the same content, as often as both have them.
struct DiffPairing {
  private(set) var a: DiffRoles
  private(set) var b: DiffRoles
  /// Memories that both have with other values.
  private(set) var changed: Int32 = 0
  private(set) var equal = 0
  private(set) var onlyA = 0
  private(set) var onlyB = 0
  /// Of the equal ones, how many have a vector.
  private(set) var equalVectors = 0

  /// - Parameters:
  ///   - left: The first place's memories, sorted.
  ///   - right: The second place's, sorted.
  ///   - rows: How many rows each place has, rejected ones among them.
  init(_ left: [DiffEntry], _ right: [DiffEntry], rows: (a: Int, b: Int)) {
    a = DiffRoles(rows: rows.a)
    b = DiffRoles(rows: rows.b)
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      if j == right.count || i < left.count && left[i].key < right[j].key {
        alone(a: left[i])
        i += 1
      } else if i == left.count || right[j].key < left[i].key {
        alone(b: right[j])
        j += 1
      } else {
        let key = left[i].key
        var (endA, endB) = (i + 1, j + 1)
        while endA < left.count, left[endA].key == key { endA += 1 }
        while endB < right.count, right[endB].key == key { endB += 1 }
        if endA - i == 1, endB - j == 1 {
          pair(left[i], right[j])
        } else {
          pair(Array(left[i..<endA]), Array(right[j..<endB]))
        }
        (i, j) = (endA, endB)
      }
    }
  }

  private mutating func alone(a entry: DiffEntry) {
    a[entry.number] = DiffRoles.isAlone
    onlyA += 1
  }

  private mutating func alone(b entry: DiffEntry) {
    b[entry.number] = DiffRoles.isAlone
    onlyB += 1
  }

  private mutating func pair(_ left: DiffEntry, _ right: DiffEntry) {
    guard !left.isSame(as: right) else {
      equal += 1
      if left.vector != 0 { equalVectors += 1 }
      return
    }
    changed += 1
    a[left.number] = changed
    b[right.number] = changed
  }

  /// Memories of one user with one content: first those that are the same, then the others in their order.
  private mutating func pair(_ left: [DiffEntry], _ right: [DiffEntry]) {
    let (restA, restB) = takeSame(left, right)
    for (left, right) in zip(restA, restB) { pair(left, right) }
    for entry in restA.dropFirst(restB.count) { alone(a: entry) }
    for entry in restB.dropFirst(restA.count) { alone(b: entry) }
  }

  /// Pairs what is the same in every value; where a place tells no times, in every other one.
  private mutating func takeSame(_ left: [DiffEntry], _ right: [DiffEntry]) -> ([DiffEntry], [DiffEntry]) {
    var (restA, restB): ([DiffEntry], [DiffEntry]) = ([], [])
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if left[i].isSame(as: right[j]) {
        pair(left[i], right[j])
        (i, j) = (i + 1, j + 1)
      } else if (left[i].parts, left[i].vector, left[i].times) < (right[j].parts, right[j].vector, right[j].times) {
        restA.append(left[i])
        i += 1
      } else {
        restB.append(right[j])
        j += 1
      }
    }
    return (restA + left[i...], restB + right[j...])
  }
}

extension Vector {
  /// A hash of its bits.
  fileprivate var digest: UInt64 {
    var hash = StreamHash()
    hash.add(values)
    return hash.value
  }

  /// How it compares with another one, and how far apart the most different numbers are.
  func compared(with other: Vector) -> (VectorComparison, largestDifference: Double?) {
    guard dimensions == other.dimensions else { return (.different, nil) }
    if zip(values, other.values).allSatisfy({ $0.bitPattern == $1.bitPattern }) { return (.equal, nil) }
    let largest = zip(values, other.values).reduce(0.0) { max($0, abs(Double($1.0) - Double($1.1))) }
    return (largest <= max(norm, other.norm) * Vector.rounding ? .nearly : .different, largest)
  }

  /// What half precision may make of a number, as a share of the vector's length.
  private static let rounding = 1e-4
}
