import ArgumentParser
import MemoryModel
import MemoryServices

/// What the points of a map are told apart by.
enum MapGrouping: String, ExpressibleByArgument, CaseIterable {
  case cluster, user, category, importance, age, access
}

/// The points of a map in groups, for a legend.
struct MapGroups {
  /// What each group is called.
  private(set) var names: [String] = []
  /// The group of each point.
  private(set) var members: [Int] = []
  /// How many points are in each group.
  private(set) var counts: [Int] = []

  init(_ map: MemoryMap, by grouping: MapGrouping) {
    switch grouping {
    case .cluster: set(map, map.clusters.indices.map(map.clusterName)) { Int($0.cluster) }
    case .user: set(map, map.users) { Int($0.user) }
    case .category:
      set(map, map.categories + ["without a category"]) { $0.category.map(Int.init) ?? map.categories.count }
    case .importance:
      set(map, ["0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1", "without an importance"]) { point in
        point.importance.map { min(4, max(0, Int(max(-1, min(2, $0)) * 5))) } ?? 5
      }
    case .age:
      let months = Set(map.points.compactMap(\.month)).sorted()
      set(map, months + ["without a date"]) { $0.month.flatMap { months.firstIndex(of: $0) } ?? months.count }
    case .access:
      set(map, ["never read", "once or twice", "3 to 9 times", "10 to 99 times", "100 times or more"]) { point in
        switch point.accesses ?? 0 {
        case ..<1: 0
        case ..<3: 1
        case ..<10: 2
        case ..<100: 3
        default: 4
        }
      }
    }
  }

  private mutating func set(_ map: MemoryMap, _ names: [String], _ group: (MemoryMap.Point) -> Int) {
    self.names = names
    members = map.points.map(group)
    counts = members.reduce(into: [Int](repeating: 0, count: names.count)) { $0[$1] += 1 }
  }
}

extension MemoryMap {
  /// What a cluster is called: its words, or its number.
  func clusterName(_ number: Int) -> String {
    clusters[number].words.isEmpty ? "cluster \(number + 1)" : clusters[number].words.joined(separator: ", ")
  }
}

extension MemoryMap.Point {
  /// `2026-11`
  fileprivate var month: String? { created.map { String($0.iso8601.prefix(7)) } }
}
