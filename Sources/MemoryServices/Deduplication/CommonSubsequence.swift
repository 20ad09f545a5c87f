import Database
import MemoryModel

/// The longest common subsequence of two texts that are nearly alike.
///
/// Bit-parallel, 64 characters of one text at a time (Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA
/// 2004), and only in a band around the diagonal: what needs at most d insertions and deletions never strays further
/// (Ukkonen, "Algorithms for approximate string matching", 1985). So a pair costs n · d / 64 steps and memory for two
/// texts, and texts that are not alike are given up early.
struct CommonSubsequence {
  /// The texts, each different character as a number of its own; 0 in `right` for one that `left` has not.
  private let left: [UInt16]
  private let right: [UInt16]
  private let interruption: Interruption?
  /// Where each character stands among the 64 of a block.
  private var masks: [UInt64]
  /// Whether the subsequence grows at a character of `right`, in the row that was done last.
  private var carries: [UInt8]

  private static let firstEdits = 256
  /// After so many blocks of 64 characters it is asked whether the rest can still be enough.
  private static let blocksBetweenChecks = 8

  /// The length of the longest common subsequence; nil when it takes more than `maximum` insertions and deletions to make
  /// one text of the other, or when the user asked to stop.
  static func length(
    _ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>, edits maximum: Int, interruption: Interruption?
  ) -> Int? {
    let difference = abs(left.count - right.count)
    guard difference <= maximum else { return nil }
    guard !left.isEmpty, !right.isEmpty else { return 0 }
    guard mayHaveInCommon(left, right, edits: maximum) else { return nil }
    var subsequence = CommonSubsequence(left, right, interruption)
    // A narrow band first: most pairs that are alike are very much alike.
    var edits = min(maximum, difference + firstEdits)
    while true {
      if let length = subsequence.length(edits: edits) { return length }
      guard edits < maximum, interruption?.isRaised != true else { return nil }
      edits = min(maximum, edits * 4)
    }
  }

  private init(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>, _ interruption: Interruption?) {
    // No text that is compared has so many different characters that their numbers would not fit.
    var numbers = [UInt16](repeating: 0, count: 128)
    var others: [UInt32: UInt16] = [:]
    var last: UInt16 = 0
    self.left = left.map { character in
      if character < 128 {
        if numbers[Int(character)] == 0 {
          last &+= 1
          numbers[Int(character)] = last
        }
        return numbers[Int(character)]
      }
      if let number = others[character] { return number }
      last = last == .max ? last : last + 1
      others[character] = last
      return last
    }
    self.right = right.map { $0 < 128 ? numbers[Int($0)] : others[$0] ?? 0 }
    masks = [UInt64](repeating: 0, count: Int(last) + 1)
    carries = [UInt8](repeating: 0, count: right.count)
    self.interruption = interruption
  }

  /// Whether there are enough equal characters, in whatever order.
  private static func mayHaveInCommon(
    _ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>, edits maximum: Int
  ) -> Bool {
    guard left.count > 512 else { return true }
    var surplus = [Int](repeating: 0, count: 256)
    for character in left { surplus[Int(character & 0xFF)] += 1 }
    for character in right { surplus[Int(character & 0xFF)] -= 1 }
    return surplus.reduce(0) { $0 + abs($1) } <= maximum
  }

  /// The length as far as paths in the band reach; nil when more edits than `edits` are needed.
  private mutating func length(edits: Int) -> Int? {
    let (rows, columns) = (left.count, right.count)
    let lowest = -((edits - (columns - rows)) / 2)
    let highest = (edits + (columns - rows)) / 2
    let needed = (rows + columns - edits + 1) / 2
    for column in 0..<columns { carries[column] = 0 }
    // The length at the row that was done last, before the first column of the band.
    var before = 0
    var first = 0
    for row in stride(from: 0, to: rows, by: 64) {
      let end = min(row + 64, rows)
      let start = max(0, row + lowest)
      for column in first..<max(first, start) { before += Int(carries[column]) }
      first = max(first, start)
      let last = max(first, min(columns, end + highest))
      step(rows: row..<end, columns: first..<last)
      guard row / 64 % CommonSubsequence.blocksBetweenChecks == 0 || end == rows else { continue }
      if interruption?.isRaised == true { return nil }
      var length = before
      var bound = length + min(rows - end, columns - first)
      for column in first..<last {
        length += Int(carries[column])
        bound = max(bound, length + min(rows - end, columns - column - 1))
      }
      if bound < needed { return nil }
      if end == rows { return length }
    }
    return nil
  }

  /// Up to 64 rows at once, over the columns of the band.
  private mutating func step(rows: Range<Int>, columns: Range<Int>) {
    for (place, row) in rows.enumerated() { masks[Int(left[row])] |= 1 << UInt64(place) }
    // Of what `left` has not, nothing matches.
    masks[0] = 0
    masks.withUnsafeBufferPointer { masks in
      carries.withUnsafeMutableBufferPointer { carries in
        right.withUnsafeBufferPointer { right in
          var state = UInt64.max
          for column in columns {
            let matches = masks[Int(right[column])]
            let (partial, first) = state.addingReportingOverflow(state & matches)
            let (sum, second) = partial.addingReportingOverflow(UInt64(carries[column]))
            carries[column] = first || second ? 1 : 0
            state = sum | (state & ~matches)
          }
        }
      }
    }
    for row in rows { masks[Int(left[row])] = 0 }
  }
}
