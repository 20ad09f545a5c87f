import Foundation
import TestSupport
import Testing

/// memsh against a server whose answers a proxy alters: whatever they are, there is an error or an answer, never a signal
/// and never a wait without end; and what memsh says it has stored is there.
///
/// `MEMSH_MUTATION_SECONDS` makes it go on for longer, `MEMSH_MUTATION_SEED` begins with another seed.
@Suite(.serialized) struct AlteredAnswersTests {
  private let folder: TestFolder
  private let database: TestDatabase

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  private static let seconds = Double(number("MEMSH_MUTATION_SECONDS") ?? 30)
  /// A run that takes longer hangs.
  private static let patienceSeconds = 60.0

  init() throws {
    folder = try TestFolder()
    database = try TestDatabase()
    let created = try Memsh(in: folder).run([
      "-q", "-y", "--embedder", "hash", "-d", database.url, "-c",
      """
      set dimensions 16; schema --create; seed; add 'Ada likes green tea' --user ada --category taste --force
      add 'Ada likes green tea, and cake' --user ada --force
      add 'Bob owns a red bicycle' --user bob --category things --metadata '{"color": "red"}' --force
      search tea --user ada --record
      dedup --record
      edit 1 --importance 0.9
      """,
    ])
    #expect(created.status == 0, "\(created.errors)")
  }

  private static let reading = """
    status
    schema
    list
    list --sort user --after 1
    list --user ada --where metadata.color=red
    show 1
    search tea --user ada
    search tea --mode semantic --exact
    search "red bicycle" --mode lexical
    search --similar-to 1
    prompt "hello" --user ada
    recall
    users
    categories
    fragments
    fragments show 1
    duplicates
    stats
    stats --by month
    stats --index
    stats --latency
    analytics
    journal
    journal show 1
    dedup
    doctor
    ensure-vector
    sql "SELECT * FROM memories"
    export out.jsonl
    backup out.db
    """

  private static let writing = """
    edit 2 --importance 0.4
    undo
    search tea --record
    fragments edit 1 --priority 3
    import in.jsonl
    reembed
    doctor --fix all
    dedup --merge
    undo
    delete 3
    undo
    """

  /// The commands of a run, in an order and with additions of its own.
  private func script(_ random: inout SeededGenerator, run: Int) -> String {
    let lines =
      (Self.reading + "\n" + Self.writing).split(separator: "\n").shuffled(using: &random)
      + (0..<3).map { "add \"stored in run \(run) as number \($0)\" --user run\(run) --force" }
    return "set on-error continue\nset dimensions 16\n" + lines.joined(separator: "\n") + "\n"
  }

  @Test("answers that are altered on their way end in an error or an answer")
  func survivesAlteredAnswers() throws {
    let end = Date(timeIntervalSinceNow: Self.seconds)
    var run = 0
    var alterations = 0
    var seed = Self.number("MEMSH_MUTATION_SEED") ?? 1
    try folder.write("{\"table\":\"memories\",\"user_id\":\"cy\",\"content\":\"imported\"}\n", to: "in.jsonl")
    while Date() < end {
      run += 1
      seed += 1
      var random = SeededGenerator(seed: seed)
      let proxy = try AlteringProxy(to: database.port, seed: seed, oneIn: [20, 60, 150, 400][run % 4])
      defer { proxy.stop() }
      let script = try folder.write(self.script(&random, run: run), to: "s.memsh")
      let name = database.url.split(separator: "/").last ?? ""
      let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/\(name)?sslmode=disable&gssencmode=disable"
      for file in ["out.jsonl", "out.db"] { try? FileManager.default.removeItem(atPath: folder.file(file)) }
      let result = try Child.run(
        ["-q", "-y", "--embedder", "hash", "-d", url, "-f", script], in: folder, withinSeconds: Self.patienceSeconds)
      alterations += proxy.count
      #expect(!result.isKilled, "seed \(seed): it hangs; last errors: \(result.output.suffix(2_000))")
      #expect(result.isKilled || result.signal == nil, "seed \(seed): signal: \(result.output.suffix(2_000))")
      if result.isKilled || result.signal != nil { break }
    }
    #expect(run >= 3 && alterations >= 10, "\(run) runs, \(alterations) alterations")
  }
}

/// memsh as a child process that is watched: whether it ends in time, and by a signal.
private enum Child {
  struct Result {
    let output: String
    let signal: Int32?
    let isKilled: Bool
  }

  static func run(_ arguments: [String], in folder: TestFolder, withinSeconds limit: Double) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Memsh.binary)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = Memsh(in: folder).environment
    let path = folder.file("child.out")
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let output = FileHandle(forWritingAtPath: path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let deadline = Date(timeIntervalSinceNow: limit)
    while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
    let isKilled = process.isRunning
    if isKilled { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    return Result(
      output: text, signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil,
      isKilled: isKilled)
  }
}
