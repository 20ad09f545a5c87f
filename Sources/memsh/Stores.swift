import Database
import Foundation
import MemoryModel
import MemoryServices
import MemorySources
import MemoryStore
import PostgresDriver
import SQLiteDriver
import Shell

/// Knows every backend and reader, and opens the one that a location asks for.
final class Stores: StoreAccess, Sendable {
  private let environment: Environment
  private let paths: SessionPaths
  private let redactor: Redactor
  private let running: RunningStores
  private let interruption: Interruption
  private let storedValues: StoredValues
  private let completionMilliseconds: Int

  /// Stores of a session; completion waits `completionMilliseconds` for one: no longer than a person at the prompt does
  /// without noticing.
  init(
    environment: Environment, paths: SessionPaths, redactor: Redactor, running: RunningStores,
    interruption: Interruption, completionMilliseconds: Int
  ) {
    self.environment = environment
    self.paths = paths
    self.redactor = redactor
    self.running = running
    self.interruption = interruption
    self.completionMilliseconds = completionMilliseconds
    storedValues = StoredValues { try Stores.described($0, isReadOnly: true, environment: environment) }
    redactor.add(environment["PGPASSWORD"], unlessPartOf: environment["PGUSER"] ?? "postgres")
  }

  private static let connectTimeoutSeconds = 10

  func open(_ location: String) throws -> MemoryStore { try store(at: location, isReadOnly: false) }

  func snapshot(of location: String) throws -> MemoryStore { try store(at: location, isReadOnly: true) }

  func file(_ path: String) -> MemoryStore {
    let store = MemoryStore(SQLiteDriver(path: StoreLocation.path(path)))
    running.add(store)
    return store
  }

  private func store(at location: String, isReadOnly: Bool) throws -> MemoryStore {
    let store = try keepingSecrets(of: location) {
      try Stores.described(location, isReadOnly: isReadOnly, environment: environment, interruption: interruption)
    }
    if !isReadOnly, location != paths.store { try StoreLocation.checkFolder(of: location) }
    if let connectionString = StoreLocation.postgres(location) {
      let password = PostgresDriver.password(inside: connectionString)
      redactor.add(password, unlessPartOf: store.identity.location)
    }
    running.add(store)
    return store
  }

  /// Keeps what may be the password of a location that cannot be used out of everything that is printed about it.
  private func keepingSecrets<Value>(of location: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      for secret in StoreLocation.secrets(in: location) { redactor.add(secret) }
      throw error
    }
  }

  private static func described(
    _ location: String, isReadOnly: Bool, environment: Environment, interruption: Interruption = Interruption()
  ) throws -> MemoryStore {
    try StoreLocation.check(location)
    guard let connectionString = StoreLocation.postgres(location) else {
      return MemoryStore(SQLiteDriver(path: StoreLocation.path(location), isReadOnly: isReadOnly))
    }
    // libpq's own variable wins over memsh's default.
    let timeout = environment["PGCONNECT_TIMEOUT"] == nil ? Stores.connectTimeoutSeconds : nil
    return MemoryStore(
      try PostgresDriver(
        connectionString: connectionString, isReadOnly: isReadOnly, connectTimeoutSeconds: timeout,
        interruption: interruption))
  }

  func defaultLocation(of backend: Backend?) throws -> String {
    let url = environment.databaseURL
    let urlBackend = url.map { StoreLocation.postgres($0) == nil ? Backend.sqlite : .postgres }
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
      return paths.store
    }
  }

  func location(_ location: String, inSchema schema: String) throws -> String {
    guard let connectionString = StoreLocation.postgres(location) else {
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

  func source(_ location: String, _ selection: SourceSelection) throws -> any MemorySource {
    try keepingSecrets(of: location) { try StoreLocation.check(location) }
    let (store, found) = try look(at: location, selection)
    switch found {
    case .memsh: return StoreSource(try store ?? self.store(at: location, isReadOnly: true))
    case .foreign(let source): return source
    }
  }

  func textWriter(
    _ format: ForeignFormat, from store: StoreIdentity, _ output: @escaping (String) throws -> Void
  ) -> (any MemoryWriter)? { ForeignWriters.text(format, from: store, output) }

  func collectionWriter(
    _ format: ForeignFormat, named name: String, at location: String, from store: StoreIdentity
  ) throws -> (writer: any MemoryWriter, database: StoreIdentity, close: () -> Void)? {
    let target = try self.store(at: location, isReadOnly: false)
    let writer = try ForeignWriters.collection(format, named: name, in: target.driver, from: store)
    return writer.map { ($0, target.identity, target.close) }
  }

  func contents(of location: String, _ selection: SourceSelection) throws -> PlaceContents {
    try keepingSecrets(of: location) { try StoreLocation.check(location) }
    let isServer = StoreLocation.postgres(location) != nil
    let store = isServer ? try self.store(at: location, isReadOnly: true) : nil
    let found =
      try store.map { try SourceCatalog.inspect($0.driver, selection) }
      ?? SourceCatalog.inspect(path: StoreLocation.path(location), selection)
    switch found {
    case .source(.memsh, let beside):
      return .source(StoreSource(try store ?? self.store(at: location, isReadOnly: true)), beside)
    case .source(.foreign(let source), let beside): return .source(source, beside)
    case .several(let location, let sources): return .several(location: location, sources)
    case .tables(let tables): return .tables(tables)
    case .folder(let path, let stores): return .folder(path: path, stores)
    }
  }

  private func look(
    at location: String, _ selection: SourceSelection
  ) throws -> (store: MemoryStore?, found: FoundSource) {
    guard StoreLocation.postgres(location) != nil else {
      return (nil, try SourceCatalog.open(path: StoreLocation.path(location), selection))
    }
    let store = try store(at: location, isReadOnly: true)
    return (store, try SourceCatalog.open(store.driver, selection))
  }

  func isSame(_ location: String, as store: StoreIdentity) -> Bool {
    if let connectionString = StoreLocation.postgres(location) {
      return (try? PostgresDriver(connectionString: connectionString))?.identity.location == store.location
    }
    guard store.backend == .sqlite else { return false }
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    return resolved(StoreLocation.path(location)) == resolved(store.location)
  }

  func values(_ kind: StoredValue, beginningWith prefix: String, at location: String) -> [StoredChoice] {
    storedValues.values(kind, beginningWith: prefix, at: location, waitingMilliseconds: completionMilliseconds)
  }

  func forgetValues() { storedValues.forget() }
}
