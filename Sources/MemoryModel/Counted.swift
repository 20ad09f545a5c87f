/// `1 memory`, `2 memories`, `0 searches`: a count with its noun, as every text of memsh has it.
///
/// - Parameter noun: The singular; its last word gets the plural's ending.
package func counted(_ count: some BinaryInteger, _ noun: String) -> String {
  "\(count) \(count == 1 ? noun : plural(of: noun))"
}

/// The plural of a regular English noun.
private func plural(of noun: String) -> String {
  let stem = noun.dropLast()
  if noun.hasSuffix("y"), let before = stem.last, !"aeiou".contains(before) { return stem + "ies" }
  return ["s", "x", "z", "ch", "sh"].contains(where: noun.hasSuffix) ? noun + "es" : noun + "s"
}
