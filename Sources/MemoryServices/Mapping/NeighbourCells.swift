import Kernels
import MemoryModel

/// Rows sorted by the middle that they are nearest to.
struct NeighbourCells: Sendable {
  /// The rows of one cell after the other; a cell is followed by one that is like it.
  private(set) var order: [UInt32] = []
  /// Where in ``order`` each cell stands.
  private(set) var ranges: [Range<Int>] = []
  /// For each row the cells to look in, the row's own first.
  private let around: [Int32]
  private let aroundCount: Int

  /// Up to so many rows each is compared with each.
  private static let wholeMaximum = 3_000
  /// The cells that a row is compared with, its own among them.
  private static let aroundMaximum = 3
  /// No more rows of a cell are looked at, so that time stays bounded where many rows are the same.
  private static let rowsMaximum = 1_000
  private static let rounds = 6

  init(_ table: VectorTable, _ interruption: Interruption) throws {
    guard table.count > Self.wholeMaximum else {
      order = (0..<UInt32(table.count)).map { $0 }
      ranges = [0..<table.count]
      (around, aroundCount) = ([Int32](repeating: 0, count: table.count), 1)
      return
    }
    let wanted = Int(Double(table.count).squareRoot())
    let middles = try VectorClusters.middles(table.sample(wanted * 30), wanted, rounds: Self.rounds, interruption)
    let count = middles.count / table.width
    aroundCount = min(Self.aroundMaximum, count)
    around = table.nearest(aroundCount, of: middles)
    var members = [[UInt32]](repeating: [], count: count)
    for row in 0..<table.count { members[Int(around[row * aroundCount])].append(UInt32(row)) }
    ranges = [Range<Int>](repeating: 0..<0, count: count)
    for cell in Self.chain(middles, count, width: table.width) {
      ranges[cell] = order.count..<order.count + members[cell].count
      order += members[cell]
    }
  }

  /// What some rows of a cell are compared with.
  ///
  /// - Parameter part: Where in ``order`` the rows are.
  /// - Returns: The rows' numbers in the part, and where in ``order`` the candidates for them are.
  func comparisons(of part: Range<Int>) -> [(numbers: [UInt32], candidates: Range<Int>)] {
    var numbers: [Int32: [UInt32]] = [:]
    for (number, place) in part.enumerated() {
      let first = Int(order[place]) * aroundCount
      for cell in around[first..<first + aroundCount] { numbers[cell, default: []].append(UInt32(number)) }
    }
    let limit = ranges.count > 1 ? Self.rowsMaximum : Self.wholeMaximum
    return numbers.sorted { $0.key < $1.key }.map { cell, numbers in
      let range = ranges[Int(cell)]
      guard range.count > limit else { return (numbers, range) }
      // Those around them; of another cell a part that differs from rows to rows.
      let start =
        range.contains(part.lowerBound)
        ? max(range.lowerBound, min((part.lowerBound + part.upperBound - limit) / 2, range.upperBound - limit))
        : range.lowerBound + part.lowerBound % (range.count - limit)
      return (numbers, start..<start + limit)
    }
  }

  /// The cells in an order in which each is followed by the one that is most like it of those that are left.
  private static func chain(_ middles: [Float], _ count: Int, width: Int) -> [Int] {
    var likeness = [Float](repeating: 0, count: count * count)
    memsh_map_dots(middles, count, width, middles, count, &likeness)
    var chain = [0]
    var left = Set(1..<count)
    while let last = chain.last,
      let next = left.max(by: { left, right in
        (likeness[last * count + left], right) < (likeness[last * count + right], left)
      })
    {
      chain.append(next)
      left.remove(next)
    }
    return chain
  }
}

extension VectorTable {
  /// For each row the nearest of some middles, the nearest first.
  fileprivate func nearest(_ wanted: Int, of middles: [Float]) -> [Int32] {
    let count = middles.count / width
    return concurrentRuns { [width] rows, first in
      var products = [Float](repeating: 0, count: rows.count * count)
      memsh_map_dots(first, rows.count, width, middles, count, &products)
      var best = [Int32](repeating: -1, count: rows.count * wanted)
      products.withUnsafeBufferPointer { products in
        for row in 0..<rows.count {
          let start = row * count
          for middle in 0..<count {
            let like = products[start + middle]
            var place = wanted
            while place > 0,
              best[row * wanted + place - 1] < 0
                || products[start + Int(best[row * wanted + place - 1])] < like
            {
              if place < wanted { best[row * wanted + place] = best[row * wanted + place - 1] }
              place -= 1
            }
            if place < wanted { best[row * wanted + place] = Int32(middle) }
          }
        }
      }
      return best
    }.flatMap { $0 }
  }
}
