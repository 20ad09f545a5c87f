import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// dedup over long texts: it ends, and it can be ended.
@Suite struct LongDuplicatesTests {
  /// A store with `count` texts of some `kilobytes` each, made by a Python expression of `i`.
  private func world(_ count: Int, _ content: String) throws -> World {
    let world = try World()
    #expect(try world.run("-q", "schema", "--create").status == 0)
    let made = try world.memsh.runShell(
      """
      python3 -c "
      import sqlite3; c = sqlite3.connect('\(world.store)')
      c.executemany('insert into memories (user_id, content) values (?, ?)', [('u', \(content)) for i in range(\(count))])
      c.commit()"
      """)
    #expect(made.status == 0, "\(made.errors)")
    return world
  }

  @Test("texts that differ in a number are told apart without being compared, those in a letter are compared in time")
  func isBounded() throws {
    let clock = ContinuousClock()
    let numbers = try world(40, "'sentence %d with words alpha beta gamma ' % (i % 7) * 500 + str(i)")
    let letters = try world(12, "'sentence with words alpha beta gamma ' * 500 + 'misspe%slling' % 'abcdefghijkl'[i]")
    let seconds = try clock.measure {
      #expect(try numbers.json("dedup", "--dry-run")[key: "groups"]?.integerValue == 0)
      let found = try letters.json("dedup", "--merge", "--dry-run")
      #expect(found[key: "groups"]?.integerValue == 1 && found[key: "merged"]?.integerValue == 11, "\(found.text)")
    }
    #expect(seconds < .seconds(60), "\(seconds)")
  }

  @Test("a text that is too long to be compared by its characters is said to be")
  func saysWhatIsTooLong() throws {
    let long = try world(2, "'tea and words ' * 7500 + 'xy'[i]")
    let result = try long.run("dedup", "--dry-run")
    #expect(result.status == 0)
    #expect(result.errors.contains("2 memories of 100000 characters or more"), "\(result.errors)")
    #expect(try !world(2, "'short ' + 'xy'[i]").run("dedup", "--dry-run").errors.contains("characters or more"))
  }

  @Test("a threshold of 1 finds what is equal, in time", arguments: ["fuzzy", "key-phrase", "semantic"])
  func endsAtOne(layer: String) throws {
    let world = try world(3, "['the blue kettle is in the kitchen', 'The kitchen: is the blue kettle in?', 'x'][i]")
    let others = ["fuzzy", "key-phrase", "semantic"].filter { $0 != layer }.flatMap { ["--\($0)", "0"] }
    let result = try world.memsh.run(
      ["-q", "-d", world.store, "dedup", "--dry-run", "--json", "--\(layer)", "1"] + others, timeoutSeconds: 20)
    #expect(result.status == 0, "\(result.errors)")
    let groups = try JSONParser.parse(result.output)[key: "groups"]?.integerValue
    #expect(groups == (layer == "key-phrase" ? 1 : 0), "\(result.output)")
  }

  @Test("an interrupt ends dedup while it compares")
  func isInterrupted() throws {
    let world = try world(
      60, "'sentence with words alpha beta gamma ' * 2000 + 'abcdefghijklmnopqrstuvwxyz'[i % 26] * (i + 3)")
    let result = try world.memsh.runShell(
      """
      "$MEMSH" -q -d '\(world.store)' dedup --dry-run & pid=$!; sleep 2; kill -INT $pid
      started=$(date +%s); wait $pid; status=$?; echo "$status $(($(date +%s) - started))"
      """)
    let parts = result.output.split(separator: " ").map { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    #expect(parts.count == 2 && parts[0] != 0, "\(result.output) \(result.errors)")
    #expect((parts.last ?? nil).map { $0 < 10 } == true, "\(result.output)")
  }
}
