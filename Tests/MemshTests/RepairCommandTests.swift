import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import TestSupport
import Testing

/// The commands that explore and repair, as a person or a script uses them, on both backends.
@Suite struct RepairCommandTests {
  /// The sample data in a store.
  private static func sample(_ kind: World.Kind, rows: Int = 120) throws -> World {
    let world = try World(kind)
    let path = world.folder.file("sample.db")
    let made = try world.memsh.runShell(
      "python3 '\(Memsh.package)/scripts/make-sample' '\(path)' --rows \(rows) --embedded 0")
    #expect(made.status == 0, "\(made.errors)")
    _ = try world.json("migrate", "--from", path, "--skip-test")
    return world
  }

  private func list(_ json: JSON?) -> [JSON] { json?.arrayValue ?? [] }

  private func count(_ world: World) throws -> Int {
    list(try world.json("sql", "SELECT count(*) AS n FROM memories"))[0][key: "n"]?.integerValue ?? -1
  }

  /// All rows as an export writes them.
  private func export(_ world: World) throws -> String {
    let result = try world.run("-q", "export")
    #expect(result.status == 0 && result.output.hasPrefix(#"{"memsh_export":1"#), "\(result.errors)")
    return result.output
  }

  /// A result without what only a real run has.
  private func comparable(_ json: JSON) -> JSON {
    guard case .object(let members) = json else { return json }
    return .object(
      members.filter { !["dry_run", "operation", "operations", "backup_of_before", "seconds"].contains($0.key) })
  }

  @Test(
    "a dry run writes nothing and tells what the real run then does; undo takes it back", arguments: World.Kind.allCases
  )
  func dryRuns(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind)
    let ids = list(try world.json("list", "--user", "ada", "--limit", "3")).compactMap { $0[key: "id"]?.text }
    #expect(ids.count == 3)
    let commands: [[String]] = [
      ["delete", ids[0], ids[1]], ["delete", "--user", "ben", "--since", "2025-01-01"], ["merge"] + ids,
      ["reassign", "--from", "ada", "--to", "ADA 🙂"], ["decay", "--half-life", "30"],
      ["edit", ids[0], "--importance", "0.75", "--category", "none", "--metadata", #"{"a":[1,"é"]}"#],
      ["dedup", "--merge"], ["dedup", "--record"], ["doctor", "--fix", "exact_duplicates"],
      ["add", "something that nobody has ever said before", "--user", "zoe"],
    ]
    for command in commands {
      let before = try export(world)
      let confirmed = ["edit", "add"].contains(command[0]) ? [] : ["--yes"]
      let preview = try world.json(command + ["--dry-run"])
      #expect(preview[key: "dry_run"] == .bool(true))
      #expect(try export(world) == before, "\(command)")
      let real = try world.json(command + confirmed)
      if command[0] == "doctor" {
        #expect(real[key: "found"] == preview[key: "found"] && real[key: "fixed"] == .integer(1))
      } else if command[0] == "add" {
        #expect(real[key: "added"] == .bool(true) && preview[key: "added"] == .bool(true))
      } else {
        #expect(comparable(real).text == comparable(preview).text, "\(command)")
      }
      #expect(try export(world) != before, "\(command)")
      let undoPreview = try world.json("undo", "--dry-run")
      #expect(comparable(undoPreview).text == comparable(try world.json("undo", "--yes")).text)
      #expect(try export(world) == before, "\(command)")
    }
    // Whoever is not there cannot be asked.
    _ = try world.json("edit", ids[0], "--importance", "0.25")
    for command in [
      ["delete", ids[0]], ["merge"] + ids, ["undo"], ["decay"], ["journal", "prune", "--older-than", "0s"],
    ] {
      let refused = try world.memsh.run(["-d", world.store, "-q"] + command)
      #expect(refused.status == 1 && refused.errors.contains("add `--yes`"), "\(command): \(refused.errors)")
    }
  }

  @Test("show tells everything, list goes page by page, duplicates and journal list", arguments: World.Kind.allCases)
  func explores(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind)
    let first = list(try world.json("list", "--sort", "importance", "--descending", "--limit", "5"))
    let last = try #require(first.last?[key: "id"]?.text)
    let second = list(try world.json("list", "--sort", "importance", "--descending", "--limit", "5", "--after", last))
    #expect(first.count == 5 && second.count == 5 && !second.contains { first.contains($0) })
    let id = try #require(first.first?[key: "id"]?.text)
    _ = try world.json("edit", id, "--content", "Tom & \"Jerry\" 🐭 \u{202E}rtl")
    let shown = try world.json("show", id)
    #expect(shown[key: "content"] == .string("Tom & \"Jerry\" 🐭 \u{202E}rtl"))
    #expect(list(shown[key: "embedding"]).count == 256)
    #expect(list(shown[key: "history"]).first?[key: "what"] == .string("updated"))
    #expect(list(shown[key: "nearest"]).count == 5)
    let journal = list(try world.json("journal"))
    #expect(
      journal.count == 1 && journal[0][key: "command"]?.stringValue?.hasPrefix("edit \(id) --content 'Tom") == true)
    let changes = list(try world.json("journal", "show", "1"))
    #expect(changes[0][key: "after"]?[key: "content"] == .string("Tom & \"Jerry\" 🐭 \u{202E}rtl"))
    #expect(changes[0][key: "columns"]?.stringValue?.contains("content") == true)
    _ = try world.json("dedup", "--record")
    #expect(list(try world.json("duplicates")).count > 0)
    let vars = try world.run("show", "vars")
    #expect(vars.status == 0 && vars.output.contains("embedder"))
    for (arguments, status, text) in [
      (["show", "9999"], 1, "there is no memory 9999"),
      (["show", "x"], 2, "takes the id of a memory, or tables, or vars"),
      (["list", "--after", "9999"], 1, "no memory 9999, so no page begins after it"),
      (["delete"], 2, "Give ids, or a filter"),
      (["delete", "9999", "--yes"], 1, "there is no memory 9999"), (["merge", "1", "1"], 2, "two different ids"),
      (["undo", "99", "--yes"], 1, "the journal has no operation 99"),
      (["journal", "show"], 2, "'<operation>' is missing"),
      (["edit", "1"], 2, "an editor needs a terminal"), (["edit", "1", "--importance", "2"], 2, "takes 0 to 1"),
      (["add", " ", "--user", "x"], 2, "is empty"), (["doctor", "nonsense"], 2, "nonsense"),
      (["reassign", "--from", "a", "--to", "a"], 2, "the same user"), (["dedup", "--fuzzy", "0.1"], 2, "0.5 to 1"),
      (["doctor", "--fix", "nonsense"], 2, "knows no 'nonsense'"), (["restore", "nowhere.db"], 1, "there is no file"),
    ] as [([String], Int32, String)] {
      let result = try world.memsh.run(["-d", world.store, "-q"] + arguments)
      #expect(
        result.status == status && result.errors.lowercased().contains(text.lowercased()),
        "\(arguments): \(result.errors)")
    }
  }

  @Test("adding what is there says so and fails; --force adds it", arguments: World.Kind.allCases)
  func adds(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 20)
    let before = try count(world)
    let first = try world.json(
      "add", "Tea, never coffee", "--user", "zoe", "--category", "taste", "--importance", "0.9")
    #expect(first[key: "added"] == .bool(true) && first[key: "id"]?.integerValue != nil)
    let again = try world.run("-q", "--output", "json", "add", "tea,  never coffee", "--user", "zoe")
    #expect(again.status == 1 && again.errors.contains(#""code":"duplicate_found""#), "\(again.errors)")
    #expect(again.output.contains(#""layer": "fuzzy""#))
    #expect(try count(world) == before + 1)
    #expect(try world.json("add", "tea,  never coffee", "--user", "zoe", "--force")[key: "added"] == .bool(true))
    #expect(try count(world) == before + 2)
  }

  @Test("a memory is edited as YAML in $EDITOR", arguments: World.Kind.allCases)
  func editsInEditor(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 20)
    let editor = try world.folder.write(
      "#!/bin/sh\nsed -i 's/^importance_score: .*/importance_score: 0.875/; s/^category: .*/category: \"vip: yes\"/' \"$1\"\n",
      to: "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor)
    let terminal = try Terminal.memsh(
      "--no-rc -q --embedder hash -d '\(world.store)'", in: world.folder, environment: ["EDITOR": editor])
    try terminal.enter("edit 3")
    try terminal.wait(for: "takes it back")
    let edited = list(try world.json("list", "--category", "vip: yes"))
    #expect(edited.count == 1 && edited[0][key: "importance_score"]?.doubleValue == 0.875)
    #expect(edited[0][key: "id"]?.integerValue == 3)
    try world.folder.write("#!/bin/sh\nsed -i 's/^importance_score: .*/importance_score: 7/' \"$1\"\n", to: "editor")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: editor)
    try terminal.enter("edit 4")
    // The hint is a command as it stands.
    try terminal.wait(for: "nothing was changed; `edit 4` opens it again")
  }

  @Test("variables are bound in sql, whatever they contain", arguments: World.Kind.allCases)
  func bindsVariables(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 20)
    let awkward = "o'Reilly\"; DROP TABLE memories; -- $1 :x 🙂"
    _ = try world.json("add", "x y z", "--user", awkward, "--force")
    let result = try world.run(
      "-q", "-v", "who=\(awkward)", "-v", "low=0", "--output", "json", "sql",
      "SELECT user_id, ':who' AS literal /* :none */ FROM memories WHERE user_id = :who AND id > :low AND :who = user_id -- :none"
    )
    #expect(result.status == 0, "\(result.errors)")
    let rows = list(try JSONParser.parse(result.output))
    #expect(
      rows.count == 1 && rows[0][key: "user_id"] == .string(awkward) && rows[0][key: "literal"] == .string(":who"))
    let cast = kind == .postgres ? "SELECT 5::text AS n, $$:a$$ AS t" : "SELECT '5' AS n, ':a' AS t"
    #expect(try world.json("sql", cast).text == #"[{"n":"5","t":":a"}]"#)
    let missing = try world.run("-q", "sql", "SELECT :nobody")
    #expect(missing.status == 2 && missing.errors.contains(":nobody has no value"), "\(missing.errors)")
  }

  @Test("doctor ends with status 1 when something of severity error is there", arguments: World.Kind.allCases)
  func doctorStatus(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 40)
    _ = try world.json("doctor", "--fix", "all", "--yes")
    #expect(try world.run("doctor").status == 0)
    #expect(try world.run("sql", "--write", "UPDATE memories SET access_count = -3 WHERE id = 1").status == 0)
    let found = try world.run("-q", "doctor")
    #expect(
      found.status == 1 && found.errors.contains("1 fault of severity error: access_negative"), "\(found.errors)")
    #expect(try world.run("-q", "doctor", "user_variants").status == 0)
    let fixed = try world.run("-q", "doctor", "--fix", "all", "--yes")
    #expect(fixed.status == 0 && fixed.output.contains("access_negative"), "\(fixed.errors)")
    #expect(try world.run("-q", "doctor").status == 0)
    #expect(list(try world.json("doctor", "--list")).count == Check.all.count)
  }

  @Test("files: export, import, backup and restore in all forms", arguments: World.Kind.allCases)
  func files(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 60)
    let before = try export(world)
    for name in ["all.jsonl", "all.csv", "all.db"] {
      let path = world.folder.file(name)
      #expect(try world.json("export", path)[key: "memories"]?.integerValue == count(world))
      #expect(try world.run("export", path).status == 1, "a file is replaced only when asked")
      _ = try world.json("delete", "--user", "ada", "--yes")
      let imported = try world.json("import", path)
      #expect((imported[key: "inserted"]?[key: "memories"]?.integerValue ?? 0) > 0, "\(name)")
      #expect(try export(world) == before, "\(name)")
    }
    let itself = try world.run("export", world.store, "--overwrite")
    #expect(itself.status != 0 && (kind == .postgres || itself.errors.contains("is the store itself")))
    let piped = try world.memsh.runShell(
      "\"$MEMSH\" -q -d '\(world.store)' export --user ada | \"$MEMSH\" -q -d piped.db import - && \"$MEMSH\" -q -d piped.db users"
    )
    #expect(piped.status == 0 && piped.output.contains("ada") && !piped.output.contains("ben"), "\(piped.errors)")
    let backup = world.folder.file("backup.db")
    #expect(try world.json("backup", backup)[key: "verified"] == .bool(true))
    #expect(try world.run("backup", backup).status == 1)
    _ = try world.json("delete", "--min-importance", "0", "--yes")
    let preview = try world.json("restore", backup, "--dry-run")
    #expect(try count(world) == 0)
    let restored = try world.json("restore", backup, "--yes")
    #expect(comparable(restored).text == comparable(preview).text)
    #expect(try export(world) == before)
    // What was there before can be restored, too.
    let saved = try #require(restored[key: "backup_of_before"]?.stringValue)
    _ = try world.json("restore", saved, "--yes", "--no-backup")
    #expect(try count(world) == 0)
  }

  @Test("killed in the middle, nothing of a repair is there", arguments: World.Kind.allCases)
  func isKilled(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 1_500)
    let file = world.folder.file("all.jsonl")
    _ = try world.json("export", file)
    let before = try export(world)
    let commands = [
      "delete --user ada --yes", "reassign --from ben --to ada --yes", "decay --yes",
      "dedup --merge --semantic 0 --yes",
      "doctor --fix all --yes", "import --on-conflict replace --yes '\(file)'",
    ]
    var killed = 0
    for command in commands {
      let started = Date()
      _ = try world.memsh.runShell("\"$MEMSH\" -q --embedder hash -d '\(world.store)' \(command)")
      let seconds = Date().timeIntervalSince(started)
      if try export(world) != before { _ = try world.json("undo", "--run", "--yes") }
      #expect(try export(world) == before, "\(command)")
      for point in 1...4 {
        _ = try world.memsh.runShell(
          "\"$MEMSH\" -q --embedder hash -d '\(world.store)' \(command) & pid=$!; sleep \(seconds * Double(point) / 5); "
            + "kill -KILL $pid; wait $pid")
        if try export(world) == before { killed += 1 } else { _ = try world.json("undo", "--run", "--yes") }
        #expect(try export(world) == before, "\(command), killed at \(point) of 5, left something behind")
      }
    }
    #expect(killed > 3, "hardly any run was killed in the middle")
  }

  @Test("the example scripts run on the sample data", arguments: World.Kind.allCases)
  func examples(kind: World.Kind) throws {
    let world = try RepairCommandTests.sample(kind, rows: 200)
    let examples = Memsh.package + "/scripts/examples"
    func run(_ script: String, _ variables: [String] = []) throws -> Memsh.Result {
      try world.memsh.run(
        ["-q", "-y", "--embedder", "hash", "-d", world.store] + variables.flatMap { ["-v", $0] }
          + ["-f", "\(examples)/\(script)"])
    }
    let moved = try run("move-user.memsh", ["from=ada", "to=ada.lovelace"])
    #expect(moved.status == 0, "\(moved.errors)")
    #expect(try run("move-user.memsh", ["from=ada", "to=ada.lovelace"]).status == 4)
    let backup = world.folder.file("nightly.db")
    let nightly = try run("nightly.memsh", ["backup=\(backup)"])
    #expect(nightly.status == 0 && FileManager.default.fileExists(atPath: backup), "\(nightly.errors)")
    let checked = try run("check.memsh")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(
      try world.run("sql", "--write", "UPDATE memories SET embedding = NULL WHERE id = (SELECT min(id) FROM memories)")
        .status == 0)
    #expect(try run("check.memsh").status == 4)

    let target = world.database.map(\.url) ?? world.folder.file("fleet")
    let fleet = try world.memsh.runShell(
      """
      for agent in one two; do python3 '\(Memsh.package)/scripts/make-sample' $agent.db --rows 30 --embedded 0; done
      echo broken > three.db
      '\(examples)/migrate-fleet' '\(target)' one.db two.db; echo "[$?]"
      '\(examples)/migrate-fleet' '\(target)' one.db three.db; echo "[$?]"
      """, environment: ["MEMSH": Memsh.binary])
    #expect(fleet.output == "[0]\n[1]\n", "\(fleet.output)\(fleet.errors)")
    for line in ["one.db: migrated", "two.db: migrated", "three.db: failed"] { #expect(fleet.errors.contains(line)) }
  }
}
