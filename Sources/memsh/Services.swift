import Database
import Embeddings
import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import MemoryStore
import PostgresDriver
import SQLiteDriver
import Shell
import Synchronization

/// Knows every backend, embedder and reader, and makes the one that a session asks for.
final class Services: SessionServices, Sendable {
  private let environment: Environment
  private let interruption: Interruption
  private let console: TerminalConsole
  private let running: RunningStores
  private let storedValues: StoredValues
  private let completionMilliseconds: Int

  /// - Parameter completionMilliseconds: How long completion waits for a store: no longer than a person at the prompt
  ///   does without noticing.
  init(
    environment: Environment, interruption: Interruption, console: TerminalConsole, running: RunningStores,
    completionMilliseconds: Int = 120
  ) {
    self.completionMilliseconds = completionMilliseconds
    self.environment = environment
    self.interruption = interruption
    self.console = console
    self.running = running
    storedValues = StoredValues { try Services.described($0, isReadOnly: true, environment: environment) }
    console.redactor.add(environment["OPENAI_API_KEY"])
    console.redactor.add(environment["OPENAI_BASE_URL"].flatMap(Services.credentials))
    console.redactor.add(environment["PGPASSWORD"], unlessPartOf: environment["PGUSER"] ?? "postgres")
  }

  // MARK: Stores

  private static let connectTimeoutSeconds = 10

  func store(at location: String) throws -> MemoryStore { try store(at: location, isReadOnly: false) }

  private func store(at location: String, isReadOnly: Bool) throws -> MemoryStore {
    let store = try keepingSecrets(of: location) {
      try Services.described(location, isReadOnly: isReadOnly, environment: environment)
    }
    if let connectionString = Services.postgresConnectionString(location) {
      let password = PostgresDriver.password(inside: connectionString)
      console.redactor.add(password, unlessPartOf: store.identity.location)
    }
    running.add(store)
    return store
  }

  /// Keeps what may be the password of a location that cannot be used out of everything that is printed about it.
  private func keepingSecrets<Value>(of location: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      for secret in StoreLocation.secrets(in: location) { console.redactor.add(secret) }
      throw error
    }
  }

  private static func described(
    _ location: String, isReadOnly: Bool, environment: Environment
  ) throws -> MemoryStore {
    try StoreLocation.check(location)
    guard let connectionString = Services.postgresConnectionString(location) else {
      return MemoryStore(SQLiteDriver(path: Services.path(location), isReadOnly: isReadOnly))
    }
    // libpq's own variable wins over memsh's default.
    let timeout = environment["PGCONNECT_TIMEOUT"] == nil ? Services.connectTimeoutSeconds : nil
    return MemoryStore(
      try PostgresDriver(
        connectionString: connectionString, isReadOnly: isReadOnly, connectTimeoutSeconds: timeout))
  }

  func defaultLocation(of backend: Backend?) throws -> String {
    let url = environment.databaseURL
    let urlBackend = url.map { Services.postgresConnectionString($0) == nil ? Backend.sqlite : .postgres }
    switch try backend ?? configuredBackend() ?? urlBackend ?? .sqlite {
    case .postgres:
      if let url, urlBackend == .postgres { return url }
      if let location = environment.postgresLocation { return location }
      throw MemshError(
        .usage, "no PostgreSQL database is configured",
        hint: "export DATABASE_URL='postgresql://user@host:port/database', or `connect URL`")
    case .sqlite:
      if let url, urlBackend == .sqlite { return url }
      guard HomeFolder.path != nil || environment["XDG_DATA_HOME"]?.hasPrefix("/") == true else {
        throw MemshError(
          .usage, "there is no home folder for the store: HOME is not set, and the user database has none",
          hint: "export HOME or XDG_DATA_HOME, or name the store: memsh -d PATH")
      }
      return environment.folder("XDG_DATA_HOME", defaultBelowHome: ".local/share") + "/memory.db"
    }
  }

  func location(_ location: String, inSchema schema: String) throws -> String {
    guard let connectionString = Services.postgresConnectionString(location) else {
      throw MemshError(.usage, "a SQLite file has no schemas", hint: "`--schema` goes with a PostgreSQL database")
    }
    return try SchemaParameter.adding(schema, to: connectionString)
  }

  private func configuredBackend() throws -> Backend? {
    guard let name = environment["MEMORY_TYPE"] else { return nil }
    switch name.lowercased() {
    case "sqlite": return .sqlite
    case "postgres", "postgresql": return .postgres
    default: throw MemshError(.usage, "MEMORY_TYPE is '\(name)'", hint: "it takes sqlite or postgres")
    }
  }

  /// The location as libpq reads it; nil for a file.
  static func postgresConnectionString(_ location: String) -> String? {
    if location.hasPrefix("postgresql:") || location.hasPrefix("postgres:") { return location }
    let keywords = [
      "host", "hostaddr", "dbname", "service", "user", "port", "password", "passfile", "sslmode", "options",
      "application_name", "connect_timeout", "target_session_attrs",
    ]
    let first = location.prefix { $0 != "=" }
    return first.count < location.count && keywords.contains(first.trimmingCharacters(in: .whitespaces))
      ? location : nil
  }

  /// The user and password inside a URL.
  private static func credentials(_ url: String) -> String? {
    guard let scheme = url.firstRange(of: "://"), let at = url.lastIndex(of: "@"), scheme.upperBound < at else {
      return nil
    }
    return String(url[scheme.upperBound..<at])
  }

  /// The path of a file given as `sqlite:///path`, `~/path` or a path.
  static func path(_ location: String) -> String {
    let plain = location.hasPrefix("sqlite://") ? String(location.dropFirst("sqlite://".count)) : location
    return HomeFolder.expanding(plain)
  }

  // MARK: Embedders

  func embedder(_ settings: EmbeddingSettings) throws -> any Embedder {
    let choice = settings.choice
    if choice == .openai || choice == nil && (environment["OPENAI_API_KEY"] ?? environment["OPENAI_BASE_URL"]) != nil {
      return try openAIEmbedder(settings)
    }
    let model = choice == .hash ? nil : try settings.model.map(modelFolder.model(named:)) ?? modelFolder.inUse()
    if let model { return try LocalEmbedder(model) }
    guard choice != .local else {
      throw MemshError(
        .embedderUnavailable, "no local model is installed",
        hint: "scripts/fetch-model installs one; or `set embedder hash`")
    }
    return HashingEmbedder(dimensions: settings.dimensions ?? HashingEmbedder.defaultDimensions)
  }

  private func openAIEmbedder(_ settings: EmbeddingSettings) throws -> any Embedder {
    var configuration = OpenAIEmbedder.Configuration()
    configuration.baseURL = environment["OPENAI_BASE_URL"]
    configuration.key = environment["OPENAI_API_KEY"]
    guard configuration.key != nil || configuration.baseURL != nil else {
      throw MemshError(
        .embedderUnavailable, "the openai embedder needs a key or a server",
        hint: "export OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own")
    }
    configuration.model = settings.model ?? configuration.model
    configuration.dimensions = settings.dimensions
    configuration.inFlight = settings.requestsInFlight
    configuration.timeoutSeconds = settings.timeoutSeconds
    configuration.pricePerMillionTokens = settings.pricePerMillionTokens
    return try OpenAIEmbedder(
      configuration, cache: embeddingCache(settings), interruption: interruption,
      withoutCache: { [console] error in
        let text = "notice: \(error.message); going on without it: \(error.cause ?? "")"
        console.writeError(text.withVisibleControls + "\n")
      })
  }

  func embedder(of space: EmbeddingSpace, _ settings: EmbeddingSettings) throws -> (any Embedder)? {
    var settings = settings
    settings.model = space.model
    let embedder: (any Embedder)?
    switch space.provider {
    case "openai":
      guard (environment["OPENAI_API_KEY"] ?? environment["OPENAI_BASE_URL"]) != nil else { return nil }
      if let published = OpenAIModel.named(space.model) {
        settings.dimensions = published.dimensions == space.dimensions ? nil : space.dimensions
        embedder = try openAIEmbedder(settings)
      } else {
        // Whether another server's model can be asked for a length, nobody knows: only where its own is another.
        let asked = try openAIEmbedder(settings)
        settings.dimensions = space.dimensions
        embedder = asked.space == space ? asked : try openAIEmbedder(settings)
      }
    case "local":
      do { embedder = try LocalEmbedder(modelFolder.model(named: space.model)) } catch let error as MemshError {
        guard error.code == .notFound else { throw error }
        return nil
      }
    case "hash" where Services.hashDimensions.contains(space.dimensions):
      embedder = HashingEmbedder(dimensions: space.dimensions)
    default: return nil
    }
    return embedder.flatMap { $0.space == space ? $0 : nil }
  }

  func vectorLength(of choice: EmbedderChoice, model: String) throws -> Int? {
    switch choice {
    case .openai: return OpenAIModel.named(model)?.dimensions
    case .local: return try modelFolder.model(named: model).dimensions
    case .hash:
      guard model == HashingEmbedder.model else {
        throw MemshError(
          .notFound, "the hashing embedder has no model \(model)", hint: "it is hash/\(HashingEmbedder.model)")
      }
      return nil
    }
  }

  /// What `set dimensions` takes.
  private static let hashDimensions = 1...16_000

  var models: any ModelCatalog { modelFolder }

  private var modelFolder: ModelFolder {
    ModelFolder(folder: environment.folder("XDG_DATA_HOME", defaultBelowHome: ".local/share") + "/models")
  }

  func cache(_ settings: EmbeddingSettings) -> any VectorCache { embeddingCache(settings) }

  private func embeddingCache(_ settings: EmbeddingSettings) -> EmbeddingCache {
    EmbeddingCache(
      path: environment.folder("XDG_CACHE_HOME", defaultBelowHome: ".cache") + "/embeddings.db",
      limitBytes: Int64(settings.cacheMegabytes) << 20)
  }

  // MARK: Sources and files

  func source(at location: String) throws -> any MemorySource {
    try keepingSecrets(of: location) { try StoreLocation.check(location) }
    if Services.postgresConnectionString(location) != nil {
      return StoreSource(try store(at: location, isReadOnly: true))
    }
    switch try SourceFormat.detect(path: Services.path(location)) {
    case .memsh: return StoreSource(try store(at: location, isReadOnly: true))
    case .legacy: return try LegacySQLiteSource(path: Services.path(location))
    }
  }

  var defaultSourceLocation: String {
    environment["MEMORY_SQLITE_PATH"]
      ?? environment.folder("XDG_DATA_HOME", defaultBelowHome: ".local/share") + "/memory.db"
  }

  func isSame(_ location: String, as store: StoreIdentity) -> Bool {
    if let connectionString = Services.postgresConnectionString(location) {
      return (try? PostgresDriver(connectionString: connectionString))?.identity.location == store.location
    }
    guard store.backend == .sqlite else { return false }
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    return resolved(Services.path(location)) == resolved(store.location)
  }

  func rejectPath(source location: String, at moment: Timestamp) -> String {
    // What a URL ends in may be its password.
    let isDatabase = Services.postgresConnectionString(location) != nil
    let name = isDatabase ? "postgresql" : URL(fileURLWithPath: location).deletingPathExtension().lastPathComponent
    let stamp = moment.iso8601.replacing(":", with: "")
    let folder = environment.folder("XDG_STATE_HOME", defaultBelowHome: ".local/state")
    return "\(folder)/rejects/\(name)-\(stamp).jsonl"
  }

  func backupPath(of store: StoreIdentity, at moment: Timestamp) -> String {
    let stamp = moment.iso8601.replacing(":", with: "")
    let folder = environment.folder("XDG_STATE_HOME", defaultBelowHome: ".local/state")
    return "\(folder)/backups/\(store.name.replacing("/", with: "_"))-\(stamp).db"
  }

  /// Where the commands typed at the prompt are kept.
  var commandHistory: History {
    History(
      path: environment.folder("XDG_STATE_HOME", defaultBelowHome: ".local/state") + "/history",
      redactor: console.redactor)
  }

  func history() throws -> [String] { commandHistory.commands() }

  func values(_ kind: StoredValue, beginningWith prefix: String, at location: String) -> [String] {
    storedValues.values(kind, beginningWith: prefix, at: location, waitingMilliseconds: completionMilliseconds)
  }

  func forgetValues() { storedValues.forget() }

  func files(beginningWith path: String, extensions: [String]) -> [String] {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let beginning = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: Services.path(folder.isEmpty ? "." : folder))) ?? []
    return names.filter { $0.hasPrefix(beginning) && (beginning.hasPrefix(".") || !$0.hasPrefix(".")) }
      .compactMap { name in
        var isFolder: ObjCBool = false
        let full = Services.path(folder.isEmpty ? name : folder + name)
        guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else { return nil }
        if isFolder.boolValue { return folder + name + "/" }
        return extensions.isEmpty || extensions.contains((name as NSString).pathExtension) ? folder + name : nil
      }
  }

  func fragments(at path: String) throws -> [PromptFragment] { try FragmentFile.read(Services.path(path)) }

  func yaml(_ json: JSON) throws -> String { try YAML.text(json) }

  func json(yaml text: String) throws -> JSON {
    do { return try YAML.json(text) } catch {
      throw MemshError(
        .usage, "what the editor left is no YAML", hint: "nothing was changed; try again", cause: "\(error)")
    }
  }

  func write(_ text: String, to path: String) throws {
    let file = try newFile(path, mayReplace: true)
    try file.write(text)
    try file.commit()
  }

  func isRegularFile(at path: String) -> Bool {
    var status = stat()
    return stat(Services.path(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  func makeFolder(of path: String) throws { try NewFile.makeFolder(of: Services.path(path)) }

  func newFile(_ path: String, mayReplace: Bool) throws -> NewFile {
    try NewFile(Services.path(path), mayReplace: mayReplace)
  }

  func fileStore(at path: String) -> MemoryStore {
    let store = MemoryStore(SQLiteDriver(path: Services.path(path)))
    running.add(store)
    return store
  }

  func snapshot(of location: String) throws -> MemoryStore { try store(at: location, isReadOnly: true) }

  func fileExists(at path: String) -> Bool { FileManager.default.fileExists(atPath: Services.path(path)) }

  func removeFile(_ path: String) { unlink(Services.path(path)) }

  func write(linesTo path: String, mayReplace: Bool, _ body: ((String) throws -> Void) throws -> Void) throws {
    try LineFile.write(Services.path(path), mayReplace: mayReplace, body)
  }

  func read<Value>(linesOf path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value {
    try LineFile.read(path == "-" ? path : Services.path(path), body)
  }

  func redacted(_ text: String) -> String { console.redactor.redact(text) }

  var author: String {
    let name = environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
    return "\(name)@\(ProcessInfo.processInfo.hostName)"
  }

  let processName = "\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))"

  private static let scriptBytesMaximum = 64 << 20

  func script(at path: String) throws -> String {
    let limit = Services.scriptBytesMaximum
    if path == "-" { return try WholeFile.standardInput(limitBytes: limit, code: .scriptNotFound) }
    return try WholeFile.text(Services.path(path), limitBytes: limit, takesPipes: true, code: .scriptNotFound)
  }

  func sleep(milliseconds: Int) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000) }

  func now() -> Timestamp {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    return Timestamp(microseconds: Int64(clock.tv_sec) * 1_000_000 + Int64(clock.tv_nsec) / 1_000)
  }
}

/// How to stop what the open stores are doing; used by the signal handler's thread.
final class RunningStores: Sendable {
  private let stores = Mutex<[(interrupt: @Sendable () -> Void, close: @Sendable () -> Void)]>([])

  func add(_ store: MemoryStore) {
    let handles = (store.interruptHandle, store.closeHandle)
    stores.withLock { $0.append(handles) }
  }

  func interruptAll() {
    for store in stores.withLock({ $0 }) { store.interrupt() }
  }

  /// Closes them all, as far as they let go in time.
  func closeAll(withinSeconds seconds: Double) {
    let isDone = DispatchSemaphore(value: 0)
    Thread { [self] in
      for store in stores.withLock({ $0 }) { store.close() }
      isDone.signal()
    }.start()
    _ = isDone.wait(timeout: .now() + seconds)
  }
}
