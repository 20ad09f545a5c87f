import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// What is wrong with a store that was named: the same for `connect`, for the store that memsh was started with, and for a
/// command that finds no memories in it.
extension Session {
  /// The store in use.
  ///
  /// - Parameter mayBeAbsent: Whether the command goes on without the file: it makes it, or tells what there is.
  /// - Throws: `connection_failed` for a file that was named and is not there.
  func store(mayBeAbsent: Bool = false) throws -> MemoryStore {
    let store = try chosenStore()
    if !mayBeAbsent, place?.mayBeAbsent == false { try refuseAbsence(of: store.identity) }
    return store
  }

  /// The store in use, once it is known to be one.
  ///
  /// - Throws: As ``check(_:at:mayBeAbsent:)``.
  func checkedStore(mayBeAbsent: Bool = false) throws -> MemoryStore {
    let store = try chosenStore()
    if let place { try check(store, at: place, mayBeAbsent: mayBeAbsent || place.mayBeAbsent) }
    return store
  }

  /// Makes sure that a store can be reached, and is not a file of another memory system.
  ///
  /// - Throws: `connection_failed` for a file that is not there, `schema_missing` for one of another system, and what
  ///   connecting fails with.
  func check(_ store: MemoryStore, at place: Place, mayBeAbsent: Bool) throws {
    if !mayBeAbsent { try refuseAbsence(of: store.identity) }
    do { try store.connect() } catch let error as MemshError { throw refusal(error, of: place) }
    try refuseForeignSystem(store, at: place)
  }

  /// An error about the store in use as `connect` would tell it: what the store is, and what can be done. Other errors stay
  /// as they are.
  func explained(_ error: MemshError) -> MemshError {
    guard [.schemaMissing, .storeCorrupt, .storeFailed, .connectionFailed].contains(error.code), let place,
      let store = storeIfOpen, error.code == .storeFailed || error.message.contains(store.identity.location)
    else { return error }
    guard store.identity.backend == .sqlite else {
      guard error.code == .schemaMissing, let remark = foreignMemories(beside: store, at: place) else { return error }
      return MemshError(
        error.code, error.message, hint: (error.hint.map { $0 + "; " } ?? "") + remark, cause: error.cause)
    }
    do {
      try check(store, at: place, mayBeAbsent: place.mayBeAbsent)
      return error
    } catch let refusal {
      return refusal as? MemshError ?? error
    }
  }

  /// Says at the beginning that the store to work with is not there yet, or cannot be one.
  package func noteUnusableStore() {
    do {
      let store = try chosenStore()
      // A server is asked when a command needs it.
      guard store.identity.backend == .sqlite, let place else { return }
      guard files.exists(store.identity.location) else {
        note(
          "notice: \(store.identity.location) is not there yet: `schema --create` or `migrate --from FILE` makes it")
        return
      }
      try check(store, at: place, mayBeAbsent: false)
    } catch let error as MemshError {
      console.writeError(ErrorRenderer(format: nil, display: messageDisplay).text(of: LocatedError(error)))
    } catch {}
  }

  /// What other memory systems keep in a database that has no memory tables, and how it is looked at; nil where nothing is
  /// known of any.
  func foreignMemories(beside store: MemoryStore, at place: Place) -> String? {
    guard store.identity.backend == .postgres,
      let contents = try? stores.contents(of: place.location, SourceSelection())
    else { return nil }
    let systems: [String]
    switch contents {
    case .source(let source, _):
      defer { source.close() }
      systems = source is StoreSource ? [] : [source.description.kind]
    case .several(_, let sources):
      defer { for named in sources { named.source.close() } }
      systems = sources.map(\.source.description.kind)
    case .tables(let tables): systems = tables.system.map { [$0] } ?? []
    case .folder: systems = []
    }
    guard !systems.isEmpty else { return nil }
    let typed = place.name.map { "@" + $0 } ?? store.identity.location
    return "\(systems.joined(separator: " and ")) keeps memories here: \(looking(at: typed))"
  }

  private func refuseAbsence(of identity: StoreIdentity) throws {
    guard identity.backend == .sqlite, !files.exists(identity.location) else { return }
    let file = identity.location.shellWord
    let hint =
      if isInSystemShell {
        "`memsh -d \(file) schema --create` or `memsh -d \(file) migrate --from FILE` makes a store there"
      } else if storeIfOpen?.identity == identity {
        "`schema --create` or `migrate --from FILE` makes a store there"
      } else {
        "`connect --create \(file)`, then `schema --create` or `migrate --from FILE`, makes a store there"
      }
    throw MemshError(.connectionFailed, "there is no file \(identity.location)", hint: hint)
  }

  /// The error for a file that is not a store: what it is, and what can be done instead.
  private func refusal(_ refusal: MemshError, of place: Place) -> MemshError {
    guard StoreLocation.postgres(place.location) == nil, files.exists(place.location) else { return refusal }
    do {
      let source = try stores.source(place.location, SourceSelection())
      defer { source.close() }
      // A folder, a file that is not a database, and one whose tables take an extension are known by what they are.
      let isForeign =
        !(source is StoreSource) && [.storeCorrupt, .storeFailed, .connectionFailed].contains(refusal.code)
      guard refusal.code == .schemaMissing || isForeign else { return refusal }
      return try isForeign
        ? foreignStore(source, at: place)
        : MemshError(
          refusal.code, refusal.message, hint: way(from: place, rows: source.survey().rows), cause: refusal.cause)
    } catch let error as MemshError where error.code == .sourceUnsupported {
      // The columns that are wrong say more of tables that are nearly memsh's.
      let message = refusal.code == .schemaMissing ? refusal.message : error.message
      return MemshError(refusal.code, message, hint: error.hint, cause: refusal.cause)
    } catch {
      return refusal
    }
  }

  /// - Throws: `schema_missing` for a SQLite database of another memory system that has no memory tables.
  private func refuseForeignSystem(_ store: MemoryStore, at place: Place) throws {
    guard store.identity.backend == .sqlite, files.exists(store.identity.location),
      try store.state().tables[Table.memories.name] == nil
    else { return }
    do {
      let source = try stores.source(place.location, SourceSelection())
      defer { source.close() }
      guard !(source is StoreSource), try !source.survey().parts.isEmpty else { return }
      throw try foreignStore(source, at: place)
    } catch let error as MemshError {
      switch error.code {
      case .schemaMissing: throw error
      case .sourceUnsupported: throw MemshError(.schemaMissing, error.message, hint: error.hint, cause: error.cause)
      // Several systems are told by their names.
      case .usage:
        throw MemshError(.schemaMissing, error.message, hint: looking(at: place.location), cause: error.cause)
      default: return
      }
    }
  }

  /// The error for what another memory system keeps.
  private func foreignStore(_ source: any MemorySource, at place: Place) throws -> MemshError {
    MemshError(
      .schemaMissing, "\(place.location) is a store of \(source.description.kind), not a memsh store",
      hint: try way(from: place, rows: source.survey().rows))
  }

  /// How the memories of a file get into a store.
  private func way(from place: Place, rows: Int64) -> String {
    let (migration, memories) = ("migrate --from \(place.location.shellWord)", counted(rows, "memory"))
    // What is in it, before it is taken.
    let looked = "; " + looking(at: place.location)
    guard !isInSystemShell else {
      return "`memsh NEW.db \(migration)` brings its \(memories) into a new store\(looked)"
    }
    // A person keeps the store that was in use; a script has none any more.
    if isInteractive, let store = try? chosenStore().identity, !stores.isSame(place.location, as: store) {
      return "`\(migration)` brings its \(memories) into the store in use, \(store.name)\(looked)"
    }
    return "`connect --create NEW.db`, then `\(migration)`, brings its \(memories) into a new store\(looked)"
  }

  private func looking(at location: String) -> String {
    "`\(isInSystemShell ? "memsh " : "")inspect \(location.shellWord)` tells what is in it"
  }
}
