import Database
import MemoryModel
import MemoryServices
import MemoryStore

/// What a sequence of commands shares: the store in use, settings, variables and the last result.
package final class Session {
  /// Opens stores and sources.
  let stores: any StoreAccess
  /// Makes embedders.
  let embedders: any EmbedderAccess
  /// Where memsh keeps its own files.
  package let paths: SessionPaths
  /// Reads and writes files.
  package let files: any FileAccess
  /// Tells the time.
  let clock: SessionClock
  /// Who runs the session.
  private let owner: SessionOwner
  /// Where it writes.
  package let console: any Console
  /// Raised when the user wants the running command to stop.
  package let interruption: Interruption
  /// Changed by `set`, `output` and launch options.
  package var settings: Settings
  /// The variables for `${…}`.
  package var scope: VariableScope

  /// The last result, for `assert`.
  var lastResult = JSON.null
  /// The command that it is of, and its text, for `watch`.
  var lastShown: (command: any ShellCommand, text: String)?
  /// The command that runs now, as it was typed: what the journal notes.
  var currentCommand = ""
  /// Whether that command was typed in the system's shell, for which its hints are written, too.
  var isInSystemShell = false
  /// Where the result of the command that runs now goes; nil for standard output.
  var sink: ResultPlace?
  /// Where the results go of commands that name no place; nil for standard output.
  var results: StandingPlace?
  /// What was typed before the command that runs now, for `edit-line`.
  package var lastInput = ""

  /// How long a person has been asked in this session, for ``WorkStopwatch``.
  var timeAsked = Duration.zero

  private var currentStore: (MemoryStore)?
  /// Where `use` finds the store of a backend that was connected before.
  private var visited: [Backend: Place] = [:]
  private var embeddersBySettings: [EmbeddingSettings: any Embedder] = [:]
  private var embeddersBySpace: [SpaceKey: any Embedder] = [:]
  /// What was found for stores that do not say which model made their vectors; nil inside where none on this machine did.
  private var likelyEmbedders: [String: (any Embedder)?] = [:]
  private var shownNotices: Set<String> = []
  private let startLocation: String?
  /// Whether a person types the commands.
  let isInteractive: Bool
  /// Whether `begin` has run, after which `rollback` only ends transactions.
  var hasBegun = false
  /// Whether a script lost its store to a `connect` that failed.
  private var isDisconnected = false

  /// Starts a session; nothing is opened yet.
  ///
  /// - Parameter location: The store to begin with, a URL or path; nil takes the configured one.
  package init(
    services: SessionServices, owner: SessionOwner, console: any Console, interruption: Interruption,
    settings: Settings, scope: VariableScope, location: String?, isInteractive: Bool
  ) {
    self.isInteractive = isInteractive
    stores = services.stores
    embedders = services.embedders
    paths = services.paths
    files = services.files
    clock = services.clock
    self.owner = owner
    self.console = console
    self.interruption = interruption
    self.settings = settings
    self.scope = scope
    startLocation = location
  }

  /// The store in use as it was named, whether or not there is one.
  package func chosenStore() throws -> MemoryStore {
    if let currentStore { return currentStore }
    guard !isDisconnected else {
      throw MemshError(
        .connectionFailed, "there is no connection: the last `connect` failed",
        hint: "a script goes on with another store only after a `connect` that succeeds")
    }
    var place = try place(startLocation ?? stores.defaultLocation(of: nil))
    place.mayBeAbsent = startLocation == nil
    return try adopt(stores.open(place.location), from: place)
  }

  /// Gives back what the session holds: the store, and with the embedders their cache.
  package func close() {
    currentStore?.close()
    currentStore = nil
    forgetEmbedders()
  }

  /// The store in use, if a command has needed one yet.
  package var storeIfOpen: (MemoryStore)? { currentStore }

  /// Connects to another store.
  ///
  /// When that fails, a person keeps the store in use; a script has none any more, so that its later commands cannot
  /// hit the wrong one.
  ///
  /// - Parameter place: Where it is; not to know it is a failure like any other.
  func connect(to place: @autoclosure () throws -> Place) throws -> MemoryStore {
    do {
      let place = try place()
      let store = try stores.open(place.location)
      try check(store, at: place, mayBeAbsent: place.mayBeAbsent)
      isDisconnected = false
      return try adopt(store, from: place)
    } catch {
      if !isInteractive {
        currentStore?.close()
        currentStore = nil
        isDisconnected = true
      }
      throw error
    }
  }

  /// Goes to a backend: to where this session was connected last, else to where the configuration says.
  func use(_ backend: Backend) throws -> MemoryStore {
    if let currentStore, currentStore.identity.backend == backend { return currentStore }
    if currentStore == nil, startLocation != nil { _ = try chosenStore() }
    return try connect(to: visited[backend] ?? Place(location: stores.defaultLocation(of: backend), mayBeAbsent: true))
  }

  /// Where a store was connected to, its password included.
  func location(of store: MemoryStore) -> String {
    visited[store.identity.backend]?.location ?? store.identity.location
  }

  /// What the connection in use is called; nil when it was given no name.
  package var label: ConnectionLabel? { place?.label }

  /// Where the store in use was found; nil before a command has needed one.
  var place: Place? { currentStore.flatMap { visited[$0.identity.backend] } }

  /// Goes to a schema of the database in use.
  func use(schema: String) throws -> MemoryStore {
    try connect(
      to: Place(
        location: stores.location(location(of: chosenStore()), inSchema: schema), label: place?.label, name: place?.name
      ))
  }

  @discardableResult
  private func adopt(_ store: MemoryStore, from place: Place) throws -> MemoryStore {
    try store.apply(settings.options)
    currentStore?.close()
    currentStore = store
    visited[store.identity.backend] = place
    return store
  }

  /// The embedder in use; what its results are worth is said once.
  func embedder() throws -> any Embedder {
    if let known = embeddersBySettings[settings.embedding] { return known }
    let embedder = try embedders.chosen(settings.embedding)
    embeddersBySettings[settings.embedding] = embedder
    return embedder
  }

  /// An embedder made with some settings for a space.
  private struct SpaceKey: Hashable {
    let settings: EmbeddingSettings
    let space: EmbeddingSpace
  }

  /// The embedder of a space; nil when it cannot be had here, or another one was chosen.
  func embedder(of space: EmbeddingSpace) throws -> (any Embedder)? {
    guard !settings.embedding.isChosen else {
      let chosen = try embedder()
      if chosen.space == space { return chosen }
      // The space's owner may call the model otherwise.
      guard let model = try embedders.models.model(of: space), model.space == chosen.space else { return nil }
      return embedders.embedder(of: model, in: space)
    }
    let key = SpaceKey(settings: settings.embedding, space: space)
    if let known = embeddersBySpace[key] { return known }
    let embedder = try embedders.embedder(of: space, settings.embedding)
    embeddersBySpace[key] = embedder
    return embedder
  }

  /// The embedder for a store: that of its own space where it can be had, else the one in use, whose space is another.
  func embedder(for store: MemoryStore) throws -> any Embedder {
    guard let space = try store.embeddingSpace() else { return try embedder() }
    return try embedder(of: space) ?? (space.hasModel ? nil : likelyEmbedder(for: store, of: space)) ?? embedder()
  }

  /// Whether a search goes by words unless another way is asked for: nobody knows which model made the store's vectors,
  /// and the only one here that might have was seen not to have made them.
  func goesByWords(_ store: MemoryStore) throws -> Bool {
    guard let space = try store.embeddingSpace(), !space.hasModel, try store.hasTextIndex(),
      try embedder(for: store).space != space, case .some(nil) = likelyEmbedders[originKey(store, space)]
    else { return false }
    announce("searched by words only; \(EmbeddingSpace.naming)")
    return true
  }

  private func originKey(_ store: MemoryStore, _ space: EmbeddingSpace) -> String {
    "\(store.identity.location) \(space)"
  }

  /// The model on this machine that was chosen for a store that does not say which model made its vectors, or whose
  /// vectors are seen to be those of the store; nil where there is none.
  private func likelyEmbedder(for store: MemoryStore, of space: EmbeddingSpace) throws -> (any Embedder)? {
    if let name = settings.embedding.model {
      guard try embedder().space.provider == "local", case let model = try embedders.models.model(named: name),
        model.dimensions == space.dimensions
      else { return nil }
      announce(
        "the store does not say which model made its vectors: they are taken for those of \(model.name), which was chosen"
      )
      return embedders.embedder(of: model, in: space)
    }
    guard !settings.embedding.isChosen else { return nil }
    let key = originKey(store, space)
    if let known = likelyEmbedders[key] { return known }
    let models = embedders.models.installed().filter { $0.dimensions == space.dimensions }
    guard models.count == 1 else { return nil }
    let likely = embedders.embedder(of: models[0], in: space)
    let check = try OriginCheck(store, likely, of: models[0], notes: OriginNotes(path: paths.originNotes))
    if check.compared > 0 { likelyEmbedders[key] = .some(check.isSame ? likely : nil) }
    announce(check.sentence(models[0]))
    return check.isSame ? likely : nil
  }

  /// Forgets the embedders that were made, because which one is right may have changed.
  func forgetEmbedders() {
    embeddersBySettings = [:]
    embeddersBySpace = [:]
    likelyEmbedders = [:]
  }

  /// Says once in a session what an embedder's results are worth.
  func announce(_ embedder: any Embedder) { announce(embedder.notice) }

  /// Says a notice once in a session; nil is none.
  func announce(_ notice: String?) {
    guard let notice, shownNotices.insert(notice).inserted else { return }
    note("notice: " + notice)
  }

  /// Says what the server has said beside its answers, each line once.
  func tellServerNotices() {
    var told: Set<String> = []
    for notice in currentStore?.takeNotices() ?? [] where told.insert(notice).inserted { note("notice: " + notice) }
  }

  /// Writes a line that is not a result.
  package func note(_ line: String) {
    if !settings.isQuiet { console.writeError(Display(columns: messageDisplay.columns).text(message(line))) }
  }

  /// A message in the lines of the terminal that shows it.
  func message(_ text: String) -> [StyledText] { messageDisplay.paragraph(StyledText(), StyledText(text)) }

  /// What shows all that is not a result.
  package var messageDisplay: Display {
    Display(columns: console.errorIsTerminal ? console.outputColumns : nil, theme: errorTheme)
  }

  /// The colours of what is written to standard error.
  package var errorTheme: Theme {
    Theme(settings.theme, isTerminal: console.errorIsTerminal, environment: scope.environment)
  }

  /// Whether colours may be shown on standard error.
  package var showsColors: Bool { errorTheme != .none }

  /// Whether the result of the command that runs now goes to a terminal.
  var isOnTerminal: Bool { sink == nil && console.outputIsTerminal }

  /// Writes a result, or a part of one.
  func write(_ text: String) throws {
    if let sink { try sink.place.write(text) } else { try console.write(text, pager: settings.pager) }
  }

  /// What shows results.
  var display: Display {
    Display(
      columns: isOnTerminal ? console.outputColumns : nil,
      theme: Theme(settings.theme, isTerminal: isOnTerminal, environment: scope.environment),
      expansion: settings.expanded, isForProgram: sink?.isProgram == true)
  }

  /// The format of a result, whose command may have asked for one.
  func format(of wanted: OutputFormat?) -> OutputFormat {
    wanted ?? sink?.format ?? settings.output ?? (isOnTerminal ? .table : .tsv)
  }

  /// Whether a result that is a text goes as it is into a pipe, because no format was asked for.
  func isTextWanted(_ wanted: OutputFormat?) -> Bool {
    wanted == nil && settings.output == nil && !isOnTerminal && sink?.isNamed != true
  }

  /// Whether a person sees the result, to whom it pays to count what is not shown.
  func isShownToPerson(_ wanted: OutputFormat?) -> Bool { isOnTerminal && format(of: wanted).isForPeople }

  /// A result as text in a format; nil takes the session's.
  func text(of output: CommandResult.Output, format: OutputFormat?) -> String {
    if case .record(let record) = output, let text = record.text, isTextWanted(format) { return text + "\n" }
    let text = self.format(of: format).renderer(display).text(of: output)
    // Lines as they are may hold anything, such as what a variable was given.
    if case .text = output, isOnTerminal { return text.withVisibleControlsInLines }
    return text
  }

  /// Who repairs, for the journal.
  var author: RepairAuthor {
    RepairAuthor(
      command: console.redactor.redact(currentCommand), name: owner.name, session: owner.process, moment: clock.now())
  }

  /// Where long work reports to.
  var progress: any ProgressReporter { ConsoleProgress(session: self) }
}
