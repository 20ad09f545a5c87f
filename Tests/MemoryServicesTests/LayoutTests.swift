import MemoryModel
import Testing

@testable import MemoryServices

/// Laying vectors out: the same each time, true to what was planted, and in bounded memory.
@Suite struct LayoutTests {
  /// Vectors around some centres, and which centre each is of.
  private static func planted(
    _ count: Int, centres: Int, dimensions: Int, noise: Double, seed: UInt64 = 11
  ) -> (vectors: [Vector], members: [Int]) {
    var random = MapRandom(seed: seed)
    func gauss() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + random.share() } }
    let middles = (0..<centres).map { _ in (0..<dimensions).map { _ in gauss() } }
    let members = (0..<count).map { $0 % centres }
    let vectors = members.map { centre in
      Vector(middles[centre].map { Float($0 + noise * gauss()) })
    }
    return (vectors, members)
  }

  private static func table(_ vectors: [Vector], numbersMaximum: Int = VectorTable.numbersMaximum) -> VectorTable {
    var table = VectorTable(
      dimensions: vectors[0].dimensions, expecting: vectors.count, numbersMaximum: numbersMaximum)
    for row in vectors.compactMap(table.row) { table.append(row) }
    return table
  }

  @Test("the principal components are those that were planted, each time, with a fixed sign")
  func findsComponents() throws {
    // Of length one, so that the table changes nothing: around e0, out along e1 and e2.
    var random = MapRandom(seed: 4)
    let vectors = (0..<400).map { _ -> Vector in
      var values = [Float](repeating: 0, count: 60)
      values[0] = 10
      values[17] = Float((random.share() - 0.5) * 6)
      values[5] = Float((random.share() - 0.5) * 2)
      values[40] = Float((random.share() - 0.5) * 0.1)
      return Vector(values)
    }
    let table = LayoutTests.table(vectors)
    let components = try PrincipalComponents(table, interruption: Interruption())
    #expect(components.places.count == 800)
    for (index, vector) in vectors.enumerated() {
      let length = Float(vector.norm)
      // Up to the mean, which is near 0 in these directions; a positive number means the same direction.
      #expect(abs(components.places[2 * index] - vector.values[17] / length) < 0.05)
      #expect(abs(components.places[2 * index + 1] - vector.values[5] / length) < 0.05)
    }
    #expect(components.explained[0] > 0.8 && components.explained[1] > 0.05)
    #expect(components.explained.reduce(0, +) > 0.98)
    #expect(try PrincipalComponents(table, interruption: Interruption()).places == components.places)
  }

  @Test("one vector, and many that are the same, have a place", arguments: [1, 2, 30])
  func placesFew(count: Int) throws {
    let table = LayoutTests.table((0..<count).map { _ in Vector([1, 2, 3]) })
    let components = try PrincipalComponents(table, interruption: Interruption())
    #expect(components.places.count == 2 * count)
    #expect(components.places.allSatisfy { $0.isFinite && abs($0) < 1e-3 })
    let layout = try NeighbourLayout(table, from: components.places, interruption: Interruption()) { _ in }
    #expect(layout.places.count == 2 * count && layout.places.allSatisfy(\.isFinite))
    let clusters = try VectorClusters(table, interruption: Interruption())
    #expect(clusters.members.count == count && clusters.count == 1 && !clusters.outliers.contains(true))
  }

  @Test("vectors without a direction, of another length or with odd numbers are left out, however large the others are")
  func refusesVectors() throws {
    let table = VectorTable(dimensions: 3, expecting: 5)
    for odd in [[0, 0, 0], [1, 2], [.nan, 1, 1], [.infinity, 1, 1]] as [[Float]] {
      #expect(table.row(Vector(odd)) == nil)
    }
    for factor in [Float(1e-38), 1, 1e38] {
      let row = try #require(table.row(Vector([factor, 0, factor])))
      #expect(abs(row[0] - 0.7071) < 1e-4 && row[1] == 0)
    }
  }

  @Test("clusters that were planted are found, and what belongs to none is an outlier")
  func findsClusters() throws {
    var (vectors, members) = LayoutTests.planted(600, centres: 6, dimensions: 48, noise: 0.35)
    let strangers = LayoutTests.planted(5, centres: 5, dimensions: 48, noise: 0, seed: 99).vectors
    vectors += strangers
    members += [6, 7, 8, 9, 10]
    let clusters = try VectorClusters(LayoutTests.table(vectors), count: 6, interruption: Interruption())
    #expect(clusters.count == 6)
    for centre in 0..<6 {
      let found = Set(members.indices.filter { members[$0] == centre }.map { clusters.members[$0] })
      #expect(found.count == 1, "centre \(centre) is in \(found.count) clusters")
    }
    let outliers = clusters.outliers
    #expect(outliers[600...].allSatisfy { $0 })
    #expect(outliers[..<600].count { $0 } < 12)
  }

  @Test("a cluster is named by its commonest words, not by those that all have, nor by numbers")
  func namesClusters() {
    let texts = (0..<60).map { number in
      number % 2 == 0 ? "They prefer espresso, a double one, \(number)" : "They travel by train with luggage \(number)"
    }
    let names = ClusterWords.names(of: texts, members: (0..<60).map { Int32($0 % 2) }, clusters: 2)
    #expect(Set(names[0]).isSubset(of: ["prefer", "espresso", "double"]) && names[0].count == 3)
    #expect(Set(names[1]).isSubset(of: ["travel", "train", "luggage", "with"]) && names[1].count == 3)
    #expect(ClusterWords.names(of: ["", ""], members: [0, 0], clusters: 1) == [[]])
  }

  @Test("clusters of many topics, in which no word is common, are named by words of their own")
  func namesMixedClusters() {
    // Forty topics in each of two clusters: a word of a topic is in one of forty texts.
    let texts = (0..<1_600).map { number in
      let topic = number / 40
      return "Something about \(number % 2 == 0 ? "river" : "garden")topic\(["a", "b", "c", "d"][topic % 4])"
        + String(repeating: "x", count: topic / 4) + " and whatever \(number)"
    }
    let names = ClusterWords.names(of: texts, members: (0..<1_600).map { Int32($0 % 2) }, clusters: 2)
    for (words, beginning) in zip(names, ["rivertopic", "gardentopic"]) {
      #expect(words.count == 3 && words.allSatisfy { $0.hasPrefix(beginning) }, "\(words)")
    }
  }

  @Test("neighbours stand together, each time at the same places")
  func keepsNeighbours() throws {
    let (vectors, members) = LayoutTests.planted(400, centres: 8, dimensions: 40, noise: 0.5)
    let table = LayoutTests.table(vectors)
    let start = try PrincipalComponents(table, interruption: Interruption()).places
    let places = try NeighbourLayout(table, from: start, interruption: Interruption()) { _ in }.places
    func kept(_ places: [Float]) -> Int {
      vectors.indices.count { index in
        let nearest = vectors.indices.filter { $0 != index }.min { left, right in
          func distance(_ other: Int) -> Float {
            let (x, y) = (places[2 * other] - places[2 * index], places[2 * other + 1] - places[2 * index + 1])
            return x * x + y * y
          }
          return distance(left) < distance(right)
        }
        return nearest.map { members[$0] == members[index] } ?? false
      }
    }
    #expect(kept(places) > 390, "\(kept(places)) of 400 are beside one of their own")
    #expect(kept(places) > kept(start))
    #expect(try NeighbourLayout(table, from: start, interruption: Interruption()) { _ in }.places == places)
  }

  @Test("of many vectors most of the true neighbours are found without comparing all")
  func findsNeighbours() throws {
    let (vectors, _) = LayoutTests.planted(3_600, centres: 60, dimensions: 16, noise: 0.6)
    let table = LayoutTests.table(vectors)
    let graph = try NeighbourGraph(table, interruption: Interruption())
    var found: [UInt32: Set<UInt32>] = [:]
    for index in graph.weights.indices { found[graph.edges[2 * index], default: []].insert(graph.edges[2 * index + 1]) }
    var (wanted, kept) = (0, 0)
    for row in stride(from: 0, to: 3_600, by: 180) {
      let products = table.products(with: Array(table[row]))
      let nearest = products.indices.filter { $0 != row }.sorted { products[$0] > products[$1] }.prefix(12)
      wanted += nearest.count
      kept += nearest.count { found[UInt32(row)]?.contains(UInt32($0)) == true }
    }
    #expect(Double(kept) / Double(wanted) > 0.9, "\(kept) of \(wanted)")
    #expect(graph.weights.allSatisfy { (0...1).contains($0) })
  }

  @Test("where numbers are too many, shorter vectors keep the distances")
  func shortensVectors() throws {
    let (vectors, members) = LayoutTests.planted(300, centres: 3, dimensions: 512, noise: 0.5)
    let table = LayoutTests.table(vectors, numbersMaximum: 300 * 64)
    #expect(table.width == 64)
    let whole = LayoutTests.table(vectors)
    let (short, long) = (table.products(with: Array(table[0])), whole.products(with: Array(whole[0])))
    #expect(zip(short, long).allSatisfy { abs($0 - $1) < 0.45 })
    let clusters = try VectorClusters(table, count: 3, interruption: Interruption())
    for centre in 0..<3 {
      #expect(Set(members.indices.filter { members[$0] == centre }.map { clusters.members[$0] }).count == 1)
    }
  }
}
