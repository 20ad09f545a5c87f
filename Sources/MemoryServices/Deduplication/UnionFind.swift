import Database
import MemoryModel

/// Sets that grow together: each element knows the set it is in.
struct UnionFind {
  private var parents: [Int32]

  init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

  /// The element that stands for a set.
  mutating func root(_ element: Int) -> Int {
    var element = element
    while Int(parents[element]) != element {
      parents[element] = parents[Int(parents[element])]
      element = Int(parents[element])
    }
    return element
  }

  /// Joins two sets.
  ///
  /// - Returns: Whether they were two.
  @discardableResult
  mutating func join(_ left: Int, _ right: Int) -> Bool {
    let (left, right) = (root(left), root(right))
    guard left != right else { return false }
    // The smaller one stays, so that the result does not depend on the order of joining.
    parents[max(left, right)] = Int32(min(left, right))
    return true
  }
}
