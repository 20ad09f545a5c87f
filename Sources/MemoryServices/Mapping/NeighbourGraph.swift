import Database
import Foundation
import Kernels
import MemoryModel

/// The nearest neighbours of each vector, nearly all of the true ones: each is compared with those of the cells around it.
struct NeighbourGraph {
  /// Two rows for each edge.
  private(set) var edges: [UInt32] = []
  /// How near the ends of an edge are, from 0 to 1, beside the other neighbours of its first end.
  private(set) var weights: [Float] = []

  private static let neighbours = 12
  /// Up to so many rows each is compared with each.
  private static let wholeMaximum = 3_000
  /// The cells that a row is compared with, its own among them.
  private static let cellsAround = 3
  /// No more rows of a cell are looked at, so that time stays bounded where many rows are the same.
  private static let ofCellMaximum = 1_000
  private static let rounds = 6

  init(_ table: VectorTable, interruption: Interruption) throws {
    let cells = try Cells(table, interruption)
    try interruption.check()
    let found = cells.concurrentNeighbours(of: table, interruption)
    try interruption.check()
    for (row, neighbours) in found.enumerated() where !neighbours.isEmpty {
      let distances = neighbours.map { max(0, 1 - $0.likeness) }
      let nearest = distances[0]
      let usual = max(1e-6, distances.reduce(0) { $0 + $1 - nearest } / Float(distances.count))
      for (neighbour, distance) in zip(neighbours, distances) {
        edges += [UInt32(row), neighbour.row]
        weights.append(exp(-(distance - nearest) / usual))
      }
    }
  }

  /// A row that is near another one.
  fileprivate struct Neighbour: Sendable {
    let row: UInt32
    let likeness: Float
  }

  /// Rows sorted by the middle that they are nearest to.
  private struct Cells {
    /// The rows of each cell.
    var members: [[UInt32]]
    /// For each row the cells to look in, the row's own first.
    var around: [[Int32]]

    init(_ table: VectorTable, _ interruption: Interruption) throws {
      guard table.count > NeighbourGraph.wholeMaximum else {
        members = [(0..<UInt32(table.count)).map { $0 }]
        around = [[Int32]](repeating: [0], count: table.count)
        return
      }
      let count = Int(Double(table.count).squareRoot())
      let middles = try VectorClusters.middles(
        table.sample(count * 30), count, rounds: NeighbourGraph.rounds, interruption)
      around = table.nearest(NeighbourGraph.cellsAround, of: middles)
      members = [[UInt32]](repeating: [], count: middles.count / table.width)
      for (row, cells) in around.enumerated() { members[Int(cells[0])].append(UInt32(row)) }
    }

    func concurrentNeighbours(of table: VectorTable, _ interruption: Interruption) -> [[Neighbour]] {
      var found = [[Neighbour]](repeating: [], count: table.count)
      table.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        found.withUnsafeMutableBufferPointer { found in
          let work = Lent((cells: self, base: base, width: table.width, found: found, interruption: interruption))
          // Cells of a few rows by themselves, a single one in parts.
          let parts = members.count > 1 ? members.count : min(32, table.count)
          DispatchQueue.concurrentPerform(iterations: parts) { part in
            let (cells, base, width, found, interruption) = work.value
            let own = cells.members[cells.members.count > 1 ? part : 0]
            let places =
              cells.members.count > 1
              ? 0..<own.count : own.count * part / parts..<own.count * (part + 1) / parts
            for place in places where !interruption.isRaised {
              found[Int(own[place])] = cells.neighbours(of: own[place], at: place, base, width)
            }
          }
        }
      }
      return found
    }

    /// - Parameter place: Where the row is in its cell.
    private func neighbours(of row: UInt32, at place: Int, _ values: UnsafePointer<Float>, _ width: Int) -> [Neighbour]
    {
      var candidates: [UInt32] = []
      for (number, cell) in around[Int(row)].enumerated() {
        let members = members[Int(cell)]
        let limit = self.members.count > 1 ? NeighbourGraph.ofCellMaximum : NeighbourGraph.wholeMaximum
        guard members.count > limit else {
          candidates += members
          continue
        }
        // Those around it; of another cell a part that differs from row to row.
        let start =
          number == 0 ? max(0, min(place - limit / 2, members.count - limit)) : Int(row) % (members.count - limit)
        candidates += members[start..<start + limit]
      }
      let wanted = NeighbourGraph.neighbours
      return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: wanted) { rows in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: wanted) { likeness in
          let count = memsh_map_nearest(
            values, width, row, candidates, candidates.count, wanted, rows.baseAddress, likeness.baseAddress)
          return (0..<count).map { Neighbour(row: rows[$0], likeness: likeness[$0]) }
        }
      }
    }
  }
}

extension VectorTable {
  /// For each row the nearest of some middles, the nearest first.
  fileprivate func nearest(_ wanted: Int, of middles: [Float]) -> [[Int32]] {
    let count = middles.count / width
    let numbers = (0..<Int32(count)).map { $0 }
    return concurrentRuns { [width] rows, first in
      var products = [Float](repeating: 0, count: rows.count * count)
      memsh_map_dots(first, rows.count, width, middles, count, &products)
      return (0..<rows.count).map { row -> [Int32] in
        let start = row * count
        var best: [Int32] = []
        for _ in 0..<min(wanted, count) {
          var next: Int32 = -1
          for number in numbers
          where !best.contains(number) && (next < 0 || products[start + Int(number)] > products[start + Int(next)]) {
            next = number
          }
          best.append(next)
        }
        return best
      }
    }.flatMap { $0 }
  }
}
