import Database
import MemoryModel
import MemoryStore

/// What is drawn, and how.
package struct MapOptions: Sendable {
  /// Which memories are drawn.
  package var filter = MemoryFilter()
  /// How they are laid out.
  package var layout = MemoryMap.Layout.pca
  /// Whether their texts are read; clusters then have words.
  package var readsTexts = true

  /// All memories by their principal components.
  package init() {}
}

/// Lays memories out in the plane by their vectors. It only reads.
package struct MapService {
  private let store: MemoryStore
  private let progress: any ProgressReporter
  private let interruption: Interruption

  private static let batchSize = 2_000
  private static let columns: [Column] = [
    .userID, .content, .embedding, .category, .importance, .accessCount, .created,
  ]
  /// More memories are not drawn: some of them are, drawn by their ids.
  private static let pointsMaximum = 200_000
  /// The most that is kept of a text, and of all texts together, in bytes.
  private static let (textBytes, textsBytes) = (400, 32 << 20)
  /// So much is kept of a text in any case.
  private static let textBytesMinimum = 120

  /// Sets it up.
  package init(store: MemoryStore, progress: any ProgressReporter, interruption: Interruption) {
    self.store = store
    self.progress = progress
    self.interruption = interruption
  }

  /// Reads memories with their vectors once, and lays them out.
  ///
  /// - Throws: `not_found` when none has a vector.
  package func map(_ options: MapOptions) throws -> MemoryMap {
    let space = try store.requireTables()
    let total = try store.count(options.filter)
    var reading = Reading(space.dimensions, total: total, options)
    try store.readMemories(options.filter, only: Self.columns, batchSize: Self.batchSize) { memories in
      try interruption.check()
      reading.add(memories)
      progress.progress("Reading", done: Int64(reading.seen), total: Int64(total))
    }
    guard !reading.points.isEmpty else { throw Self.nothingToDraw(memories: reading.seen) }
    return try laidOut(reading, options)
  }

  private static func nothingToDraw(memories: Int) -> MemshError {
    memories == 0
      ? MemshError(.notFound, "there are no memories to draw", hint: "`users` lists whose there are")
      : MemshError(
        .notFound, "none of \(counted(memories, "memory")) has a vector to be laid out by",
        hint: "`reembed --missing` computes them")
  }

  private func laidOut(_ reading: Reading, _ options: MapOptions) throws -> MemoryMap {
    let table = reading.table
    progress.progress("Laying out", done: 0, total: 100)
    let components = try PrincipalComponents(table, interruption: interruption)
    let clusters = try VectorClusters(table, interruption: interruption)
    progress.progress("Laying out", done: 20, total: 100)
    var places = components.places
    if options.layout == .neighbours {
      places = try NeighbourLayout(table, from: components.places, interruption: interruption) { share in
        progress.progress("Laying out", done: 20 + Int64(share * 80), total: 100)
      }.places
    }
    var points = reading.points
    Self.place(&points, places)
    for (index, isOutlier) in clusters.outliers.enumerated() {
      points[index].cluster = clusters.members[index]
      points[index].isOutlier = isOutlier
    }
    let words = ClusterWords.names(of: points.map(\.text), members: clusters.members, clusters: clusters.count)
    let sizes = clusters.members.reduce(into: [Int](repeating: 0, count: clusters.count)) { $0[Int($1)] += 1 }
    return MemoryMap(
      layout: options.layout, points: points, explained: components.explained, users: reading.users.names,
      categories: reading.categories.names,
      clusters: zip(words, sizes).map { MemoryMap.Cluster(words: $0, count: $1) }, dimensions: reading.dimensions,
      withoutVector: reading.withoutVector, notDrawn: reading.notDrawn)
  }

  /// Stretches places to a square from 0 to 1.
  private static func place(_ points: inout [MemoryMap.Point], _ places: [Float]) {
    func range(_ axis: Int) -> (least: Float, size: Float) {
      var (least, most) = (Float.infinity, -Float.infinity)
      for index in stride(from: axis, to: places.count, by: 2) {
        (least, most) = (min(least, places[index]), max(most, places[index]))
      }
      return (least, most - least)
    }
    let (across, up) = (range(0), range(1))
    func share(_ value: Float, _ range: (least: Float, size: Float)) -> Float {
      range.size > 1e-6 ? (value - range.least) / range.size : 0.5
    }
    for index in points.indices {
      points[index].x = share(places[2 * index], across)
      points[index].y = share(places[2 * index + 1], up)
    }
  }

  /// What is kept of the memories that were read.
  private struct Reading {
    let dimensions: Int
    var table: VectorTable
    var points: [MemoryMap.Point] = []
    var users = Names()
    var categories = Names()
    var (seen, withoutVector, notDrawn) = (0, 0, 0)
    private let total: Int
    private let readsTexts: Bool
    private let textBytes: Int

    init(_ dimensions: Int, total: Int, _ options: MapOptions) {
      let expected = min(total, MapService.pointsMaximum)
      self.dimensions = dimensions
      self.total = total
      readsTexts = options.readsTexts
      textBytes = min(
        MapService.textBytes, max(MapService.textBytesMinimum, MapService.textsBytes / max(1, expected)))
      table = VectorTable(dimensions: dimensions, expecting: expected)
      points.reserveCapacity(expected)
    }

    mutating func add(_ memories: [Memory]) {
      seen += memories.count
      let drawn = memories.filter { isDrawn($0.id) }
      notDrawn += memories.count - drawn.count
      let (table, bytes) = (self.table.withoutRows, textBytes)
      let rows = drawn.concurrentMap { memory in memory.fields.embedding.flatMap(table.row) }
      let texts = readsTexts ? drawn.concurrentMap { $0.fields.content.cut(toBytes: bytes) } : drawn.map { _ in "" }
      for ((memory, row), text) in zip(zip(drawn, rows), texts) {
        guard let row else {
          withoutVector += 1
          continue
        }
        self.table.append(row)
        points.append(point(memory, text))
      }
    }

    private func isDrawn(_ id: Int64) -> Bool {
      guard total > MapService.pointsMaximum else { return true }
      let hash = Mixer.finish(Mixer.adding(UInt64(bitPattern: id), to: Mixer.start))
      return hash % UInt64(total) < UInt64(MapService.pointsMaximum)
    }

    private mutating func point(_ memory: Memory, _ text: String) -> MemoryMap.Point {
      let fields = memory.fields
      return MemoryMap.Point(
        id: memory.id, user: users.number(of: fields.userID),
        category: fields.category.map { categories.number(of: $0) },
        importance: fields.importanceScore.flatMap { $0.isFinite ? $0 : nil }, accesses: fields.accessCount,
        created: fields.createdAt.flatMap { Timestamp.storable.contains($0) ? $0 : nil }, text: text)
    }
  }

  /// Names, each once.
  private struct Names {
    private(set) var names: [String] = []
    private var numbers: [ExactText: Int32] = [:]

    mutating func number(of name: String) -> Int32 {
      if let known = numbers[ExactText(name)] { return known }
      let number = Int32(clamping: names.count)
      numbers[ExactText(name)] = number
      names.append(name)
      return number
    }
  }
}

extension String {
  /// The beginning that takes so many bytes of UTF-8, with `…` where something is missing.
  fileprivate func cut(toBytes maximum: Int) -> String {
    guard utf8.count > maximum else { return self }
    var bytes = 0
    let kept = prefix { character in
      bytes += character.utf8.count
      return bytes <= maximum
    }
    return kept + "…"
  }
}
