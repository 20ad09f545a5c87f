import Database
import MemoryModel

/// Where two texts have the same words in the same order, and where not.
struct WordAlignment {
  /// A place where they differ: the words of one text that stand there, and those of the other.
  struct Gap {
    let left: Range<Int>
    let right: Range<Int>
  }

  private(set) var gaps: [Gap] = []
  /// How many words are the same, in the same order.
  private(set) var common = 0

  /// The middle of texts is aligned in the best way as long as this many pairs of words suffice.
  private static let cells = 40_000
  /// Of longer texts, words that are the same again are looked for so far.
  private static let window = 40

  init(_ left: [UInt64], _ right: [UInt64]) {
    var start = 0
    while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
    var (leftEnd, rightEnd) = (left.count, right.count)
    while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
      leftEnd -= 1
      rightEnd -= 1
    }
    common = start + left.count - leftEnd
    var pairs: [(Int, Int)]
    if (leftEnd - start) * (rightEnd - start) <= WordAlignment.cells {
      pairs = WordAlignment.best(left, right, start..<leftEnd, start..<rightEnd)
    } else {
      pairs = WordAlignment.near(left, right, start..<leftEnd, start..<rightEnd)
    }
    common += pairs.count
    pairs.append((leftEnd, rightEnd))
    var (first, second) = (start, start)
    for (leftPlace, rightPlace) in pairs {
      if first < leftPlace || second < rightPlace {
        gaps.append(Gap(left: first..<leftPlace, right: second..<rightPlace))
      }
      (first, second) = (leftPlace + 1, rightPlace + 1)
    }
  }

  /// The textbook's table.
  private static func best(
    _ left: [UInt64], _ right: [UInt64], _ rows: Range<Int>, _ columns: Range<Int>
  ) -> [(Int, Int)] {
    guard !rows.isEmpty, !columns.isEmpty else { return [] }
    let width = columns.count + 1
    var lengths = [UInt16](repeating: 0, count: (rows.count + 1) * width)
    for row in stride(from: rows.count - 1, through: 0, by: -1) {
      for column in stride(from: columns.count - 1, through: 0, by: -1) {
        let place = row * width + column
        lengths[place] =
          left[rows.lowerBound + row] == right[columns.lowerBound + column]
          ? lengths[place + width + 1] + 1 : max(lengths[place + width], lengths[place + 1])
      }
    }
    var pairs: [(Int, Int)] = []
    var (row, column) = (0, 0)
    while row < rows.count, column < columns.count {
      let place = row * width + column
      if left[rows.lowerBound + row] == right[columns.lowerBound + column] {
        pairs.append((rows.lowerBound + row, columns.lowerBound + column))
        row += 1
        column += 1
      } else if lengths[place + width] >= lengths[place + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
  }

  /// Goes on at the nearest two words that are the same.
  private static func near(
    _ left: [UInt64], _ right: [UInt64], _ rows: Range<Int>, _ columns: Range<Int>
  ) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    var (row, column) = (rows.lowerBound, columns.lowerBound)
    outer: while row < rows.upperBound, column < columns.upperBound {
      if left[row] == right[column] {
        pairs.append((row, column))
        row += 1
        column += 1
        continue
      }
      for distance in 1...window {
        for skipped in 0...distance {
          let (first, second) = (row + skipped, column + distance - skipped)
          guard first < rows.upperBound, second < columns.upperBound, left[first] == right[second],
            first + 1 == rows.upperBound || second + 1 == columns.upperBound || left[first + 1] == right[second + 1]
          else { continue }
          (row, column) = (first, second)
          continue outer
        }
      }
      row += 1
      column += 1
    }
    return pairs
  }
}
