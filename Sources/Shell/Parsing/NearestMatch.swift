/// Finds the word that was probably meant.
enum NearestMatch {
  /// The candidate with the fewest edits, if they are few for the word's length.
  static func find(_ word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= longestWord else { return nil }
    let ranked = candidates.map { (name: $0, edits: edits(word.lowercased(), $0)) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= max(1, word.count / 3) else { return nil }
    return best.name
  }

  /// What is longer is nearly nothing.
  private static let longestWord = 100

  /// How many characters must be put in, left out, changed or swapped with the next to make one word of the other.
  private static func edits(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left), Array(right))
    var rows = [Array(0...right.count)]
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let substitution = rows[row][column] + (left[row] == right[column] ? 0 : 1)
        var least = min(substitution, rows[row][column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, rows[row - 1][column - 1] + 1)
        }
        current.append(least)
      }
      rows.append(current)
    }
    return rows[left.count][right.count]
  }
}
