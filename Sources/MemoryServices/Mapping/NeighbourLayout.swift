import Database
import Foundation
import Kernels
import MemoryModel

/// Lays vectors out so that near neighbours come together, however far the rest is: points are drawn along the edges of the
/// graph of nearest neighbours and pushed away from all others, as in UMAP (McInnes, Healy and Melville, 2018), with the
/// simpler force 1 / (1 + d²). Distances between far groups say nothing.
///
/// It begins with the principal components, and is always the same for the same vectors; its time is bounded.
struct NeighbourLayout {
  /// Where each vector lies: x and y.
  private(set) var places: [Float]

  /// How many edges are looked at in all.
  private static let visitsMaximum = 60_000_000
  private static let rounds = 30...300
  private static let pushes: UInt32 = 4
  /// How far the first places reach from 0.
  private static let reach: Float = 10

  /// - Parameter start: x and y of each vector to begin with.
  init(_ table: VectorTable, from start: [Float], interruption: Interruption, progress: (_ share: Double) -> Void)
    throws
  {
    let largest = start.reduce(Float(1e-6)) { max($0, abs($1)) }
    var random = MapRandom(seed: 3)
    // Points in one place would never part.
    places = start.map { $0 / largest * Self.reach + Float(random.share() - 0.5) * 0.02 }
    guard table.count > 2 else { return }
    let graph = try NeighbourGraph(table, interruption: interruption)
    let parts = Part.parts(of: graph)
    let affordable = Self.visitsMaximum / max(1, graph.weights.count)
    let rounds = min(Self.rounds.upperBound, max(Self.rounds.lowerBound, affordable))
    // Half of what each point has for itself where all are evenly spread.
    let gap = Self.reach / Float(table.count).squareRoot()
    // In the graph's order, so that neighbours are near each other in memory, too.
    var moving = graph.order.flatMap { row in places[2 * Int(row)..<2 * Int(row) + 2] }
    for round in 0..<rounds {
      try interruption.check()
      progress(Double(round) / Double(rounds))
      let step = 1 - Float(round) / Float(rounds)
      let before = moving
      moving.withUnsafeMutableBufferPointer { moving in
        let work = Lent((places: moving, parts: parts))
        DispatchQueue.concurrentPerform(iterations: parts.count) { number in
          let (places, part) = (work.value.places, work.value.parts[number])
          memsh_map_settle(
            places.baseAddress, before, before.count / 2, part.points.lowerBound, part.points.count, part.edges,
            part.weights, part.weights.count, step, gap, Self.pushes, &part.random)
        }
      }
    }
    for (place, row) in graph.order.enumerated() {
      (places[2 * Int(row)], places[2 * Int(row) + 1]) = (moving[2 * place], moving[2 * place + 1])
    }
  }
}

/// Points that one thread moves in a round, always the same ones whatever the number of threads.
private final class Part {
  /// Which points, in the graph's order.
  let points: Range<Int>
  /// What moves them: two points for each edge, one of them at least its own.
  private(set) var edges: [UInt32] = []
  private(set) var weights: [Float] = []
  /// The state of its random numbers.
  var random: UInt64

  private static let partsMaximum = 8
  /// Fewer points are not worth a thread.
  private static let pointsMinimum = 2_000

  private init(_ points: Range<Int>, number: Int) {
    self.points = points
    var seeds = MapRandom(seed: UInt64(number))
    random = seeds.next() | 1
  }

  /// Divides all points.
  static func parts(of graph: NeighbourGraph) -> [Part] {
    let total = graph.order.count
    let count = min(partsMaximum, max(1, total / pointsMinimum))
    let parts = (0..<count).map { Part(total * $0 / count..<total * ($0 + 1) / count, number: $0) }
    var places = [UInt32](repeating: 0, count: total)
    var owners = [UInt8](repeating: 0, count: total)
    for (number, part) in parts.enumerated() {
      for place in part.points {
        places[Int(graph.order[place])] = UInt32(place)
        owners[place] = UInt8(number)
      }
    }
    for (edge, weight) in graph.weights.enumerated() {
      let (head, tail) = (places[Int(graph.edges[2 * edge])], places[Int(graph.edges[2 * edge + 1])])
      let (first, second) = (Int(owners[Int(head)]), Int(owners[Int(tail)]))
      parts[first].add(head, tail, weight)
      if second != first { parts[second].add(head, tail, weight) }
    }
    return parts
  }

  private func add(_ head: UInt32, _ tail: UInt32, _ weight: Float) {
    edges.append(head)
    edges.append(tail)
    weights.append(weight)
  }
}
