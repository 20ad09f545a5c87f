import Foundation
import TestSupport
import Testing

/// What a PostgreSQL server says beside its answers, and what becomes of a library that is not there.
@Suite struct ServerNoticeTests {
  @Test("notices and warnings of the server are shown, each once")
  func showsNotices() throws {
    let world = try World(.postgres)
    #expect(try world.run("-q", "--embedder", "hash", "schema", "--create").status == 0)
    let statement = """
      DO $$ BEGIN
        FOR i IN 1..3 LOOP RAISE NOTICE 'hello there'; END LOOP;
        RAISE WARNING 'be careful \u{1B}[31m';
      END $$
      """
    let result = try world.run("sql", "--write", statement)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("notice: ") }
    #expect(lines.count == 2 && lines.first == "notice: hello there", "\(result.errors)")
    #expect(result.errors.contains("notice: be careful ") && !result.errors.contains("\u{1B}"))
    let quiet = try world.run("-q", "sql", "--write", statement)
    #expect(quiet.status == 0 && quiet.errors == "")
  }

  @Test("what memsh's own statements find there already is no news")
  func hidesOwnNotices() throws {
    let world = try World(.postgres)
    for arguments in [
      ["schema", "--create"], ["add", "green tea", "--user", "ada"], ["reembed", "--yes"], ["schema", "--create"],
    ] {
      let result = try world.run(["--embedder", "hash"] + arguments)
      #expect(result.status == 0 && !result.errors.contains("notice: relation"), "\(result.errors)")
      #expect(!result.errors.contains("skipping"), "\(result.errors)")
    }
    let skipped = try world.run("sql", "--write", "DROP TABLE IF EXISTS no_such_table")
    #expect(skipped.errors.contains("notice: table \"no_such_table\" does not exist, skipping"), "\(skipped.errors)")
  }

  @Test(
    "a library that cannot be loaded is an error that says what to install; SQLite needs none", .enabled(if: isLinux))
  func needsLibraries() throws {
    let world = try World()
    let folder = world.folder.file("lib")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["libpq.so.5", "libcurl.so.4"] { _ = try world.folder.write("not a library", to: "lib/" + name) }
    let environment = ["LD_LIBRARY_PATH": folder, "OPENAI_API_KEY": "sk-none"]
    let postgres = try world.memsh.run(
      ["-d", "postgresql://ada:s3cret@127.0.0.1:1/db", "--output", "json", "list"], environment: environment)
    #expect(postgres.status == 3, "\(postgres.errors)")
    #expect(
      postgres.errors.contains(#""code":"connection_failed""#) && postgres.errors.contains("libpq cannot be loaded"))
    #expect(postgres.errors.contains("apt-get install libpq5") && !postgres.errors.contains("s3cret"))
    let own = try world.memsh.run(
      ["-d", world.store, "--embedder", "hash", "-c", "schema --create; add 'green tea' --user ada"],
      environment: environment)
    #expect(own.status == 0, "\(own.errors)")
    let openAI = try world.memsh.run(
      ["-d", world.folder.file("other.db"), "--embedder", "openai", "-c", "schema --create; add tea --user ada"],
      environment: environment)
    #expect(openAI.status == 1, "\(openAI.errors)")
    #expect(openAI.errors.contains("libcurl cannot be loaded") && openAI.errors.contains("apt-get install libcurl4"))
  }
}

#if os(Linux)
  private let isLinux = true
#else
  private let isLinux = false
#endif
