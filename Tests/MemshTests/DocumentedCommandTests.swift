import Foundation
import TestSupport
import Testing

/// Every command of the README and the articles is run, in its order, in a folder that has what it names.
@Suite struct DocumentedCommandTests {
  /// What the documentation calls a PostgreSQL store.
  private static let documentedURL = "postgresql://ada@db.example/agents"

  private let prepared: TestFolder
  private let database: TestDatabase

  /// Makes the sample of `scripts/make-sample`, the stores that `migrate` makes of it, and what else the pages name.
  init() throws {
    prepared = try TestFolder()
    database = try TestDatabase()
    let folder = prepared
    let files = FileManager.default
    let models = try #require(ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"])
    for name in ["bin", "data/memsh"] {
      try files.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
    }
    for (name, place) in [
      "data/memsh/models": models, "scripts": Memsh.package + "/scripts",
    ] {
      try files.createSymbolicLink(atPath: folder.file(name), withDestinationPath: place)
    }
    try files.copyItem(atPath: Memsh.package + "/Tests/Fixtures/foreign", toPath: folder.file("foreign"))
    // A reader is asked, and answers.
    try folder.write("#!/bin/sh\nexec '\(Memsh.binary)' -y \"$@\"\n", to: "bin/memsh")
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("bin/memsh"))
    try folder.sqlite(
      "notes.db",
      "CREATE TABLE notes (body TEXT, owner TEXT, deleted_at TEXT); INSERT INTO notes VALUES ('Keeps bees', 'ada', NULL)"
    )
    let made = try Memsh(in: folder).runShell(
      """
      set -e
      PATH=$PATH:/usr/local/bin python3 scripts/make-sample espressobot_memory.db
      "$MEMSH" -q -d agents.db migrate --from espressobot_memory.db --max-rejected 3 --skip-test
      "$MEMSH" -q -d '\(database.url)' migrate --from agents.db --skip-test
      cp agents.db data/memsh/memory.db
      """)
    #expect(made.status == 0, "\(made.errors)")
  }

  /// A folder with copies of what was prepared.
  private func copy() throws -> TestFolder {
    let folder = try TestFolder()
    let copied = try Memsh(in: folder).runShell("cp -a '\(prepared.path)/.' . && rm -f stdout-* stderr-*")
    #expect(copied.status == 0, "\(copied.errors)")
    return folder
  }

  @Test("every block of commands runs, on both backends where it says so")
  func run() throws {
    var count = 0
    for document in try Document.all() where document.blocks.contains(where: \.isRun) {
      count += document.blocks.count(where: \.isRun)
      try run(document, on: .sqlite)
      if document.blocks.contains(where: { [.both, .postgres].contains($0.marking) }) {
        try run(document, on: .postgres)
      }
    }
    #expect(count > 40, "the blocks are not found any more")
  }

  private func run(_ document: Document, on backend: World.Kind) throws {
    let folder = try copy()
    let needsServer = backend == .postgres || document.blocks.contains { $0.text.contains(Self.documentedURL) }
    let copied = needsServer ? try TestDatabase(options: "TEMPLATE \(database.name)") : nil
    let store = backend == .postgres ? copied?.url ?? "" : "agents.db"
    for block in document.blocks where block.isRun {
      guard backend == .sqlite ? block.marking != .postgres : block.marking != .sqlite else { continue }
      var text = block.text
      if let copied { text = text.replacing(Self.documentedURL, with: copied.url) }
      let environment = ["PATH": folder.file("bin") + ":/usr/local/bin:/usr/bin:/bin", "PAGER": "cat"]
      let result =
        if block.language == "sh" {
          try Memsh(in: folder).runShell("set -e\n" + text, environment: environment)
        } else {
          try Memsh(in: folder).run(
            ["-y", "-d", store, "-f", folder.write(text, to: "block.memsh")], environment: environment)
        }
      #expect(result.status == 0, "\(document.path):\(block.line), \(backend): \(result.errors)\n\(text)")
    }
  }
}
