import Database
import MemoryModel
import MemoryServices
import MemoryStore
import SQLiteDriver

@testable import Shell

/// Stands in for the program around a session: everything is in memory, and what a test does not need is not there.
extension Session {
  static func fake(
    stores: any StoreAccess = FakeStores(), embedders: any EmbedderAccess = FakeEmbedders(),
    paths: SessionPaths = .below("/nonexistent"), files: any FileAccess = FakeFiles(), clock: SessionClock = .fake(),
    console: FakeConsole = FakeConsole()
  ) -> Session {
    Session(
      services: SessionServices(stores: stores, embedders: embedders, paths: paths, files: files, clock: clock),
      owner: SessionOwner(name: { "ada@test" }, process: "1"), console: console, interruption: Interruption(),
      settings: Settings(), scope: VariableScope(variables: [:], environment: [:]), location: nil, isInteractive: false)
  }
}

extension SessionPaths {
  static func below(_ folder: String) -> SessionPaths {
    SessionPaths(data: folder, state: folder, cache: folder, config: folder, defaultSource: nil)
  }
}

extension SessionClock {
  /// A clock that stands still, and never waits.
  static func fake() -> SessionClock { SessionClock(wall: { Timestamp(microseconds: 0) }, wait: { _ in }) }
}

/// Keeps what is written.
final class FakeConsole: Console {
  let redactor = Redactor()
  var (output, errors) = ("", "")
  /// What a person would answer; nobody is there without it.
  var answers: [String] = []

  var outputColumns: Int? { nil }
  var outputRows: Int? { nil }
  var errorIsTerminal: Bool { false }
  var canAsk: Bool { false }
  func write(_ text: String) throws { output += text }
  func write(_ text: String, pager: PagerChoice) throws { output += text }
  func writeError(_ text: String) { errors += redactor.redact(text) }
  func ask(_ question: String, _ interruption: Interruption) throws -> String? {
    answers.isEmpty ? nil : answers.removeFirst()
  }
  func edit(_ text: String) throws -> String { text }
  func run(_ call: SystemCall) throws -> Int32 { throw MemshError(.usage, "no system command runs here") }
  func reader(_ call: SystemCall) throws -> any OutputSink { throw MemshError(.usage, "no system command runs here") }
}

/// Files by their paths.
final class FakeFiles: FileAccess {
  var texts: [String: String]
  /// Why nobody should act on any of them.
  var danger: String?

  init(_ texts: [String: String] = [:]) { self.texts = texts }

  private func missing(_ path: String) -> MemshError { MemshError(.scriptNotFound, "there is no file \(path)") }

  func exists(_ path: String) -> Bool { texts[path] != nil }
  func isRegular(_ path: String) -> Bool { exists(path) }
  func realPath(of path: String) -> String { path }
  func danger(of path: String) -> String? { danger }
  func names(beginningWith path: String, extensions: [String]) -> [String] {
    texts.keys.filter { $0.hasPrefix(path) }.sorted()
  }
  func script(_ path: String) throws -> String {
    guard let text = texts[path] else { throw missing(path) }
    return text
  }
  func fragments(_ path: String) throws -> [PromptFragment] { throw missing(path) }
  func readMapping(_ path: String, into selection: inout SourceSelection) throws { throw missing(path) }
  func yaml(_ json: JSON) throws -> String { json.text }
  func json(yaml text: String) throws -> JSON { try JSONParser.parse(text) }
  func read<Value>(linesOf path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value {
    var lines = try script(path).split(separator: "\n").map(String.init)[...]
    return try body { lines.popFirst() }
  }
  func write(_ text: String, to path: String) throws { texts[path] = text }
  func write(
    piecesTo path: String, mayReplace: Bool, _ body: (@escaping (String) throws -> Void) throws -> Void
  ) throws {
    var text = ""
    try body { text += $0 }
    texts[path] = text
  }
  func create(_ path: String, mayReplace: Bool) throws -> NewFile { throw missing(path) }
  func makeFolder(of path: String) throws {}
  func remove(_ path: String) { texts[path] = nil }
}

/// SQLite files by their paths, and no sources.
final class FakeStores: StoreAccess {
  private let defaultPath: String

  init(defaultPath: String = "/nonexistent/memory.db") { self.defaultPath = defaultPath }

  func open(_ location: String) throws -> MemoryStore { file(location) }
  func snapshot(of location: String) throws -> MemoryStore {
    MemoryStore(SQLiteDriver(path: location, isReadOnly: true))
  }
  func file(_ path: String) -> MemoryStore { MemoryStore(SQLiteDriver(path: path)) }
  func source(_ location: String, _ selection: SourceSelection) throws -> any MemorySource {
    throw MemshError(.sourceNotFound, "there is no file \(location)")
  }
  func textWriter(
    _ format: ForeignFormat, from store: StoreIdentity, _ output: @escaping (String) throws -> Void
  ) -> (any MemoryWriter)? { nil }
  func collectionWriter(
    _ format: ForeignFormat, named name: String, at location: String, from store: StoreIdentity
  ) throws -> (writer: any MemoryWriter, database: StoreIdentity, close: () -> Void)? { nil }
  func contents(of location: String, _ selection: SourceSelection) throws -> PlaceContents {
    throw MemshError(.sourceNotFound, "there is no file \(location)")
  }
  func defaultLocation(of backend: Backend?) throws -> String { defaultPath }
  func location(_ location: String, inSchema schema: String) throws -> String {
    throw MemshError(.usage, "a SQLite file has no schemas")
  }
  func isSame(_ location: String, as store: StoreIdentity) -> Bool { location == store.location }
  func values(_ kind: StoredValue, beginningWith prefix: String, at location: String) -> [StoredChoice] { [] }
  func forgetValues() {}
}

/// Makes nothing but spaces.
final class FakeEmbedder: Embedder {
  let space: EmbeddingSpace
  let notice: String? = nil

  init(_ space: EmbeddingSpace) { self.space = space }

  func embed(_ texts: [String]) throws -> [Vector] { [] }
}

/// Embedders of some spaces.
final class FakeEmbedders: EmbedderAccess {
  /// The space of the one in use.
  let inUse: EmbeddingSpace
  /// The spaces whose embedders can be had.
  let available: [EmbeddingSpace]

  init(inUse: EmbeddingSpace = .fake("hash", "fake"), available: [EmbeddingSpace] = []) {
    (self.inUse, self.available) = (inUse, available)
  }

  func chosen(_ settings: EmbeddingSettings) throws -> any Embedder { FakeEmbedder(inUse) }
  func embedder(of space: EmbeddingSpace, _ settings: EmbeddingSettings) throws -> (any Embedder)? {
    available.contains(space) ? FakeEmbedder(space) : nil
  }
  func embedder(of model: InstalledModel, in space: EmbeddingSpace) -> any Embedder { FakeEmbedder(space) }
  func vectorLength(of choice: EmbedderChoice, model: String) throws -> Int? { nil }
  var models: any ModelCatalog { NoModels() }
  func cache(_ settings: EmbeddingSettings) -> any VectorCache { NoCache() }

  private struct NoModels: ModelCatalog {
    func installed() -> [InstalledModel] { [] }
    func inUse() throws -> InstalledModel? { nil }
    func model(of space: EmbeddingSpace) throws -> InstalledModel? { nil }
    func model(named name: String) throws -> InstalledModel {
      throw MemshError(.notFound, "there is no model \(name)")
    }
    func use(_ name: String) throws -> InstalledModel { try model(named: name) }
  }

  private final class NoCache: VectorCache {
    func statistics() throws -> CacheStatistics { throw MemshError(.cacheFailed, "there is no cache") }
    func clear() throws -> Int { 0 }
    func prune() throws -> Int { 0 }
  }
}

extension EmbeddingSpace {
  static func fake(_ provider: String, _ model: String) -> EmbeddingSpace {
    EmbeddingSpace(provider: provider, model: model, dimensions: 4)
  }
}
