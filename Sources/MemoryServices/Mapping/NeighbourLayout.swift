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
    let affordable = Self.visitsMaximum / max(1, graph.weights.count)
    let rounds = min(Self.rounds.upperBound, max(Self.rounds.lowerBound, affordable))
    // Half of what each point has for itself where all are evenly spread.
    let gap = Self.reach / Float(table.count).squareRoot()
    var state: UInt64 = 0x5EED
    for round in 0..<rounds {
      try interruption.check()
      progress(Double(round) / Double(rounds))
      let step = 1 - Float(round) / Float(rounds)
      memsh_map_settle(
        &places, table.count, graph.edges, graph.weights, graph.weights.count, step, gap, Self.pushes, &state)
    }
  }
}
