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
  /// All rows, so that those with edges between them mostly stand near each other.
  let order: [UInt32]

  /// The neighbours of a row.
  private static let wanted = 12
  /// Rows of a cell that one thread looks at, always the same ones whatever the number of threads.
  private static let rowsAtATime = 256

  init(_ table: VectorTable, interruption: Interruption) throws {
    let cells = try NeighbourCells(table, interruption)
    try interruption.check()
    order = cells.order
    let (rows, likeness, counts) = Self.neighbours(of: table, cells, interruption)
    try interruption.check()
    edges.reserveCapacity(2 * rows.count)
    weights.reserveCapacity(rows.count)
    for (place, row) in order.enumerated() {
      let found = place * Self.wanted..<place * Self.wanted + Int(counts[place])
      guard !found.isEmpty else { continue }
      let nearest = max(0, 1 - likeness[found.lowerBound])
      let total = likeness[found].reduce(Float(0)) { $0 + max(0, 1 - $1) - nearest }
      let usual = max(1e-6, total / Float(found.count))
      for number in found {
        edges.append(row)
        edges.append(rows[number])
        weights.append(exp(-(max(0, 1 - likeness[number]) - nearest) / usual))
      }
    }
  }

  /// The neighbours of each row, how like they are, and how many there are, in the order of the cells.
  private static func neighbours(
    of table: VectorTable, _ cells: NeighbourCells, _ interruption: Interruption
  ) -> (rows: [UInt32], likeness: [Float], counts: [UInt32]) {
    var rows = [UInt32](repeating: 0, count: table.count * wanted)
    var likeness = [Float](repeating: 0, count: table.count * wanted)
    var counts = [UInt32](repeating: 0, count: table.count)
    let parts = cells.ranges.flatMap { cell in
      stride(from: cell.lowerBound, to: cell.upperBound, by: rowsAtATime).map { start in
        (cell: cell, part: start..<min(start + rowsAtATime, cell.upperBound))
      }
    }
    table.values.withUnsafeBufferPointer { values in
      rows.withUnsafeMutableBufferPointer { rows in
        likeness.withUnsafeMutableBufferPointer { likeness in
          counts.withUnsafeMutableBufferPointer { counts in
            guard let rows = rows.baseAddress, let likeness = likeness.baseAddress, let counts = counts.baseAddress
            else { return }
            let work = Lent((values: values.baseAddress, rows: rows, likeness: likeness, counts: counts, parts: parts))
            let width = table.width
            DispatchQueue.concurrentPerform(iterations: parts.count) { number in
              guard !interruption.isRaised else { return }
              let part = work.value.parts[number].part
              for (numbers, candidates) in cells.comparisons(of: part) {
                cells.order.withUnsafeBufferPointer { order in
                  memsh_map_nearest(
                    work.value.values, width, order.baseAddress.map { $0 + part.lowerBound }, numbers, numbers.count,
                    order.baseAddress.map { $0 + candidates.lowerBound }, candidates.count, wanted,
                    work.value.rows + part.lowerBound * wanted, work.value.likeness + part.lowerBound * wanted,
                    work.value.counts + part.lowerBound)
                }
              }
            }
          }
        }
      }
    }
    return (rows, likeness, counts)
  }
}
