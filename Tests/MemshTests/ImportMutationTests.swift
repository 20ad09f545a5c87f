import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// Damaged files through `import` as a process: refused with a line, or taken whole; never ended by a signal, and no row
/// lost without a word.
@Suite(.deadline(minutes: 10)) struct ImportMutationTests {
  private static let rows = 12

  /// A valid file: an export, and what people write by hand.
  private static func file(_ format: String, of world: World) throws -> [UInt8] {
    let rows = (1...rows).map { number in
      "{\"user_id\":\"u\(number % 3)\",\"content\":\"text \(number) é\",\"metadata\":{\"n\":[\(number),-0.5e1,null]},"
        + "\"importance_score\":0.25,\"created_at\":\"2026-01-0\(number % 9 + 1)T00:00:00Z\"}"
    }
    let result = try world.run(
      "-q", "--embedder", "hash", "-c", "set dimensions 4; import - --format jsonl", input: rows.joined(separator: "\n")
    )
    #expect(result.status == 0, "\(result.errors)")
    return Array(try world.run("-q", "export", "--format", format).output.utf8)
  }

  /// How many memories a file has, counted by its lines.
  ///
  /// - Returns: nil for CSV with quotes, where a line need not be a row.
  private static func memories(_ bytes: [UInt8], _ format: String) -> Int? {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let full = lines.filter { $0.contains { !$0.isWhitespace && $0 != "\u{FEFF}" } }
    if format == "csv" {
      return bytes.filter { $0 == UInt8(ascii: "\"") }.count % 2 == 0 ? max(0, full.count - 1) : nil
    }
    return full.filter { !$0.contains("memsh_export") }.count
  }

  @Test("damaged CSV and JSON lines", arguments: ["csv", "jsonl"])
  func survivesDamage(format: String) throws {
    let world = try World()
    let valid = try ImportMutationTests.file(format, of: world)
    #expect(ImportMutationTests.memories(valid, format) == ImportMutationTests.rows)
    var mutation = Mutation(seed: 815)
    var (tried, refused) = (0, 0)
    let end = Date(timeIntervalSinceNow: Mutation.seconds(default: 6))
    while Date() < end || tried < 10 {
      let damaged = tried == 0 ? valid : mutation.damaged(valid)
      let path = world.folder.file("damaged.\(format)")
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      let target = world.folder.file("target-\(tried).db")
      let result = try world.memsh.run(
        ["-q", "-y", "--output", "json", "-d", target, "--embedder", "hash", "import", path])
      let what = "damage \(tried) of \(format): \(result.status) \(result.errors.prefix(300))"
      #expect((0...1).contains(result.status), "\(what)")
      if result.status == 0 {
        let report = try JSONParser.parse(result.output)
        let inserted = report[key: "inserted"]?[key: "memories"]?.integerValue ?? -1
        let present = (report[key: "skipped"]?.integerValue ?? 0) + (report[key: "already_present"]?.integerValue ?? 0)
        if let memories = ImportMutationTests.memories(damaged, format) {
          #expect(inserted + present == memories, "\(what)")
        }
        let stored = try world.memsh.run(["-q", "--output", "json", "-d", target, "stats"])
        let total = try JSONParser.parse(stored.output)[key: "memories"]?[key: "total"]?.integerValue
        #expect(total == inserted, "\(what)")
      } else {
        refused += 1
        #expect(result.errors.contains("\"message\""), "\(what)")
      }
      for suffix in ["", "-wal", "-shm", "-vectors"] { try? FileManager.default.removeItem(atPath: target + suffix) }
      tried += 1
    }
    #expect(refused > 0 && refused < tried, "\(tried) tried, \(refused) refused")
  }
}
