import MemoryModel
import MemoryServices

/// Points of a map as characters of a terminal: eight dots of braille each (Unicode's U+2800 to U+28FF), and letters where
/// groups are.
struct BrailleMap {
  /// How many characters wide and high it is.
  let (columns, rows): (Int, Int)
  /// How many points there are at each dot, row by row.
  private var counts: [Int32]

  init(columns: Int, rows: Int, _ points: [MemoryMap.Point]) {
    (self.columns, self.rows) = (max(1, columns), max(1, rows))
    counts = [Int32](repeating: 0, count: self.columns * 2 * self.rows * 4)
    for point in points {
      let (x, y) = (BrailleMap.place(point.x, self.columns * 2), BrailleMap.place(1 - point.y, self.rows * 4))
      counts[y * self.columns * 2 + x] += 1
    }
  }

  private static func place(_ share: Float, _ count: Int) -> Int { min(count - 1, max(0, Int(share * Float(count)))) }

  /// The lines of the map.
  ///
  /// - Parameter labels: A character each, and where it stands.
  func lines(labels: [(character: Character, x: Float, y: Float)]) -> [StyledText] {
    var standing: [Int: Character] = [:]
    for (character, x, y) in labels {
      let (column, row) = (BrailleMap.place(x, columns), BrailleMap.place(1 - y, rows))
      // Where one stands already, the next free character to the right, or to the left.
      let free = (0..<columns).flatMap { [column + $0, column - $0] }
        .first { (0..<columns).contains($0) && standing[row * columns + $0] == nil }
      if let free { standing[row * columns + free] = character }
    }
    let limit = reference
    return (0..<rows).map { row in
      (0..<columns).reduce(into: StyledText()) { line, column in
        if let label = standing[row * columns + column] {
          line += StyledText(String(label), .match)
        } else {
          line += StyledText(String(character(column, row, limit)))
        }
      }.withoutTrailingSpaces
    }
  }

  /// The count that is drawn as full: most dots that hold something hold no more. Where few dots hold anything, all of them
  /// are drawn.
  private var reference: Double {
    let filled = counts.filter { $0 > 0 }.sorted()
    guard filled.count * BrailleMap.crowded > counts.count else { return .leastNonzeroMagnitude }
    return Double(filled[filled.count * 9 / 10])
  }

  /// It is crowded where one dot of so many holds something.
  private static let crowded = 6

  /// The bits of a character's dots, from the upper left to the lower right.
  private static let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
  /// Where many points lie, more dots are set than where there are few (ordered dithering, Bayer's matrix).
  private static let thresholds: [[Double]] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]

  private func character(_ column: Int, _ row: Int, _ reference: Double) -> Character {
    var pattern: UInt32 = 0
    for down in 0..<4 {
      for across in 0..<2 {
        let (x, y) = (column * 2 + across, row * 4 + down)
        let level = Double(counts[y * columns * 2 + x]) / reference
        if level > BrailleMap.thresholds[y % 4][x % 4] / 16 { pattern |= BrailleMap.bits[down][across] }
      }
    }
    return pattern == 0 ? " " : UnicodeScalar(0x2800 + pattern).map(Character.init) ?? " "
  }
}
