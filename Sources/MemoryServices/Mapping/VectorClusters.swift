import MemoryModel

/// Groups of vectors that point the same way (spherical k-means), and vectors that fit into none.
struct VectorClusters {
  /// The cluster of each vector.
  private(set) var members: [Int32] = []
  /// The cosine of each vector to the middle of its cluster.
  private(set) var likeness: [Float] = []
  /// How many clusters there are.
  private(set) var count = 0

  private static let countMaximum = 24
  /// Fewer vectors make no clusters.
  private static let vectorsMinimum = 8
  /// The middles are found with so many vectors at the most.
  private static let sampleMaximum = 12_000
  private static let roundsMaximum = 25

  /// - Parameter count: How many clusters; nil chooses by the number of vectors.
  init(_ table: VectorTable, count wanted: Int? = nil, interruption: Interruption) throws {
    guard table.count >= Self.vectorsMinimum else {
      members = [Int32](repeating: 0, count: table.count)
      likeness = [Float](repeating: 1, count: table.count)
      count = table.count == 0 ? 0 : 1
      return
    }
    let chosen = wanted ?? min(Self.countMaximum, max(2, Int((Double(table.count) / 4).squareRoot())))
    let sample = table.sample(Self.sampleMaximum)
    let middles = try Self.middles(sample, chosen, interruption)
    let nearest = Self.nearest(table, middles)
    // The largest comes first; those that nothing is in go.
    var sizes = [Int](repeating: 0, count: middles.count / table.width)
    for member in nearest.members { sizes[Int(member)] += 1 }
    let order = sizes.indices.filter { sizes[$0] > 0 }.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    var numbers = [Int32](repeating: 0, count: sizes.count)
    for (number, old) in order.enumerated() { numbers[old] = Int32(number) }
    members = nearest.members.map { numbers[Int($0)] }
    likeness = nearest.likeness
    count = order.count
  }

  /// The middles of clusters, as rows of a table.
  static func middles(
    _ table: VectorTable, _ count: Int, rounds: Int = roundsMaximum, _ interruption: Interruption
  ) throws -> [Float] {
    var middles = spread(table, count)
    var before: [Int32] = []
    for _ in 0..<rounds {
      try interruption.check()
      let (members, _) = nearest(table, middles)
      guard members != before else { break }
      before = members
      middles = moved(middles, table, members)
    }
    return middles
  }

  /// First middles that are far from each other: each is drawn, the likelier the farther from those before, and the best of
  /// some such draws is taken (greedy k-means++).
  private static func spread(_ table: VectorTable, _ count: Int) -> [Float] {
    var random = MapRandom(seed: 2)
    var chosen = Array(table[Int(random.share() * Double(table.count))])
    var distances = table.products(with: chosen).map { max(0, 1 - $0) }
    for _ in 1..<max(1, count) {
      let total = distances.reduce(0) { $0 + Double($1) }
      // All are the same as some middle.
      guard total > 1e-6 else { break }
      let drawn = (0..<draws).map { _ -> Int in
        var rest = random.share() * total
        return distances.firstIndex { distance in
          rest -= Double(distance)
          return rest < 0
        } ?? table.count - 1
      }
      let products = table.products(with: drawn.flatMap { table[$0] })
      let sums = (0..<draws).map { draw in
        distances.indices.reduce(0.0) { $0 + Double(min(distances[$1], max(0, 1 - products[$1 * draws + draw]))) }
      }
      let best = (0..<draws).min { sums[$0] < sums[$1] } ?? 0
      for index in distances.indices {
        distances[index] = min(distances[index], max(0, 1 - products[index * draws + best]))
      }
      chosen += table[drawn[best]]
    }
    return chosen
  }

  private static let draws = 4

  /// The middle that each row is most like.
  static func nearest(_ table: VectorTable, _ middles: [Float]) -> (members: [Int32], likeness: [Float]) {
    let count = middles.count / table.width
    let products = table.products(with: middles)
    var members = [Int32](repeating: 0, count: table.count)
    var likeness = [Float](repeating: 0, count: table.count)
    products.withUnsafeBufferPointer { products in
      for row in 0..<table.count {
        var best = 0
        for middle in 1..<max(1, count) where products[row * count + middle] > products[row * count + best] {
          best = middle
        }
        members[row] = Int32(best)
        likeness[row] = products[row * count + best]
      }
    }
    return (members, likeness)
  }

  /// Each middle where its members are; one without any stays.
  private static func moved(_ middles: [Float], _ table: VectorTable, _ members: [Int32]) -> [Float] {
    let (width, count) = (table.width, middles.count / table.width)
    var sums = [Double](repeating: 0, count: middles.count)
    table.values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for (row, member) in members.enumerated() {
          let (from, to) = (row * width, Int(member) * width)
          for index in 0..<width { sums[to + index] += Double(values[from + index]) }
        }
      }
    }
    var moved = middles
    for middle in 0..<count {
      let range = middle * width..<(middle + 1) * width
      let length = sums[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 1e-9 else { continue }
      for index in range { moved[index] = Float(sums[index] / length) }
    }
    return moved
  }

  /// The vectors that are much less like the middle of their cluster than most: by more than three and a half robust
  /// standard deviations (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993).
  var outliers: [Bool] {
    guard members.count >= Self.vectorsMinimum else { return members.map { _ in false } }
    var ofCluster = [[Float]](repeating: [], count: count)
    for (member, like) in zip(members, likeness) { ofCluster[Int(member)].append(like) }
    let limits = ofCluster.map { values -> Float in
      let median = Self.median(values)
      return median - 3.5 * 1.4826 * max(Self.median(values.map { abs($0 - median) }), 0.01)
    }
    return zip(members, likeness).map { member, like in like < limits[Int(member)] }
  }

  private static func median(_ values: [Float]) -> Float {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}

extension VectorTable {
  /// Some rows, evenly spread over all.
  func sample(_ maximum: Int) -> VectorTable {
    guard count > maximum else { return self }
    var sample = VectorTable(width: width, expecting: maximum)
    for number in 0..<maximum { sample.append(Array(self[number * count / maximum])) }
    return sample
  }

  private init(width: Int, expecting count: Int) {
    self.init(dimensions: width, expecting: count, numbersMaximum: .max)
  }
}
