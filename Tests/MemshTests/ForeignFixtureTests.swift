import Foundation
import MemoryModel
import TestSupport
import Testing

/// Stores that the real packages wrote, migrated into both kinds of store and compared with what was put into them.
@Suite struct ForeignFixtureTests {
  /// Members of the metadata that the truth tells elsewhere, and columns of the systems' own.
  private static let added: Set = [
    "agent_id", "run_id", "user_id", "user", "role", "tags", "memory_type", "parent_id", "version", "confidence",
  ]

  @Test("all fixtures are found") func found() { #expect(ForeignFixture.all.count == 19) }

  @Test("a store of a real system comes over as its truth has it", arguments: ForeignFixture.all, World.Kind.allCases)
  func migrates(fixture: ForeignFixture, kind: World.Kind) throws {
    let world = try World(kind)
    let database = fixture.isDump ? try TestDatabase() : nil
    if let database { try fixture.load(into: database) }
    let seen = try world.run("inspect", database?.url ?? fixture.store, "--output", "json")
    #expect(try JSONParser.parse(seen.output)[key: "system"]?.stringValue?.hasPrefix(fixture.system) == true)
    let from = ["migrate", "--from", database?.url ?? fixture.store, "--skip-test"] + fixture.options
    var report = try world.run(["--output", "json"] + from + ["--embeddings", "keep"])
    if !fixture.hasVectors {
      #expect(report.status == 1 && report.errors.contains("no embeddings to keep"), "\(report.errors)")
      report = try world.run(["--output", "json"] + from + ["--embeddings", "auto"])
    }
    try #require(report.status == 0, "\(report.errors)")
    #expect(try JSONParser.parse(report.output)[key: "memories_migrated"]?.integerValue == fixture.memories.count)

    var rows = try world.run(["-q", "export", "-"]).output.split(separator: "\n").map {
      try JSONParser.parse(String($0))
    }
    .filter { $0[key: "table"]?.stringValue == "memories" }
    for truth in fixture.memories {
      guard let index = rows.firstIndex(where: { ForeignFixtureTests.isSame($0, truth) }) else {
        Issue.record("not there: \(truth.text)")
        continue
      }
      let row = rows.remove(at: index)
      ForeignFixtureTests.compare(row, truth)
      // What has no vectors gets some of its own.
      if fixture.hasVectors { ForeignFixtureTests.compareVector(row, truth) }
    }
    #expect(rows.isEmpty, "too many: \(rows.map(\.text))")
  }

  /// Whether a row is the one that the truth tells of.
  private static func isSame(_ row: JSON, _ truth: JSON) -> Bool {
    let metadata = row[key: "metadata"]
    let pairs = [
      (truth[key: "user"], row[key: "user_id"]), (truth[key: "text"], row[key: "content"]),
      (truth[key: "id"], metadata?[key: "legacy_id"]), (truth[key: "collection"], metadata?[key: "legacy_collection"]),
    ]
    return pairs.allSatisfy { truth, found in truth == nil || JSON.areIdentical(truth, found) }
  }

  private static func compare(_ row: JSON, _ truth: JSON) {
    let text = truth[key: "text"]?.stringValue?.prefix(40) ?? ""
    let metadata = row[key: "metadata"] ?? .null
    for member in truth[key: "metadata"]?.members ?? [] {
      let places = [metadata[key: member.key], metadata[key: "legacy_columns"]?[key: member.key]]
      #expect(
        places.contains { $0.map { isEqual($0, member.value) } ?? false },
        "\(text): \(member.key) is \(places.map { $0?.text ?? "not there" })")
    }
    for member in metadata.members where truth[key: "metadata"]?[key: member.key] == nil {
      #expect(
        member.key.hasPrefix("legacy_") || added.contains(member.key),
        "\(text): has \(member.key), \(member.value.text)")
    }
    if let category = truth[key: "category"] { #expect(JSON.areIdentical(row[key: "category"], category)) }
    for time in ["created_at", "updated_at"] {
      guard let expected = truth[key: time]?.stringValue else { continue }
      let found = row[key: time]?.stringValue.flatMap(Timestamp.init(parsing:))
      #expect(found == Timestamp(parsing: expected), "\(text): \(time)")
    }
  }

  private static func compareVector(_ row: JSON, _ truth: JSON) {
    let text = truth[key: "text"]?.stringValue?.prefix(40) ?? ""
    let expected = truth[key: "vector"]?.stringValue.flatMap { Data(base64Encoded: $0) }.map(floats)
    let found = row[key: "embedding"]?.arrayValue?.compactMap { Float($0.text) }
    #expect(expected?.count == found?.count, "\(text): the vector's length")
    let tolerance = Float(truth[key: "tolerance"]?.doubleValue ?? 0)
    #expect(
      zip(expected ?? [], found ?? []).allSatisfy { abs($0 - $1) <= tolerance },
      "\(text): the vector is \(found ?? []), not \(expected ?? [])")
  }

  private static func floats(_ data: Data) -> [Float] {
    stride(from: 0, to: data.count - 3, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[data.startIndex + start + $1]) << (8 * UInt32($1)) })
    }
  }

  /// Whether two values are the same, whatever the order of their members and the form of their numbers.
  private static func isEqual(_ left: JSON, _ right: JSON) -> Bool {
    switch (left, right) {
    case (.number, .number): left.doubleValue == right.doubleValue
    case (.array(let left), .array(let right)): left.count == right.count && zip(left, right).allSatisfy(isEqual)
    case (.object(let left), .object(let members)):
      left.count == members.count
        && left.allSatisfy { one in right[key: one.key].map { isEqual(one.value, $0) } ?? false }
    default: JSON.areIdentical(left, right)
    }
  }
}

extension JSON {
  fileprivate var members: [JSON.Member] {
    if case .object(let members) = self { members } else { [] }
  }
}
