import Kernels
import MemoryModel

/// Memories that may meet, together: those of a user with the same numbers, identifiers and negations.
struct MemberGroups {
  /// The number of each memory's group; 0 for those that take no part.
  let numbers: [UInt32]
  /// The memories that take part, group by group, the small groups first.
  let members: [UInt32]
  /// Where the groups of more than ``wholeMaximum`` memories are in ``members``.
  let large: [Range<Int>]
  /// Where the others are, group by group.
  let small: Range<Int>

  /// In a group of so many memories each is compared with each.
  static let wholeMaximum = 256

  /// - Parameters:
  ///   - members: The places of those that take part, ascending.
  ///   - wholeMaximum: See ``wholeMaximum``.
  init(_ circles: [UInt64], members: [Int], wholeMaximum: Int = MemberGroups.wholeMaximum) {
    let sorted = members.map { (circle: circles[$0], place: $0) }.sorted { $0 < $1 }
    var (few, many): ([UInt32], [UInt32]) = ([], [])
    var ranges: [Range<Int>] = []
    var numbers = [UInt32](repeating: 0, count: circles.count)
    var number: UInt32 = 0
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end].circle == sorted[start].circle { end += 1 }
      number += 1
      for member in sorted[start..<end] { numbers[member.place] = number }
      let these = sorted[start..<end].map { UInt32(truncatingIfNeeded: $0.place) }
      if these.count > wholeMaximum {
        ranges.append(many.count..<many.count + these.count)
        many += these
      } else if these.count > 1 {
        few += these
      }
      start = end
    }
    self.numbers = numbers
    small = 0..<few.count
    large = ranges.map { $0.lowerBound + few.count..<$0.upperBound + few.count }
    self.members = few + many
  }
}
