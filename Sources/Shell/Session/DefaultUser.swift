import Database
import MemoryModel
import MemoryStore

/// A command that `set user` chooses the user of, where it is given no `--user`.
protocol UserChoosing: ShellCommand {
  /// The value of `--user`.
  var chosenUser: String? { get set }
  /// Whether it cannot do without a user.
  static var needsUser: Bool { get }
  /// Whether the words that were given leave the choice open: not where ids choose the memories.
  var leavesUserOpen: Bool { get }
}

extension UserChoosing {
  static var needsUser: Bool { false }
  var leavesUserOpen: Bool { true }

  func namedMemories(now: Timestamp) throws -> MemoryFilter? { chosenUser.map { MemoryFilter(userID: $0) } }

  func withUser(of settings: Settings) throws -> (any ShellCommand)? {
    guard chosenUser == nil, leavesUserOpen else { return nil }
    guard let user = settings.user else {
      guard Self.needsUser else { return nil }
      throw MemshError(
        .usage, "\(Self.configuration.commandName ?? ""): '--user' is missing",
        hint: "name the user, or `set user NAME` for all commands that follow")
    }
    var command = self
    command.chosenUser = user
    return command
  }
}

/// A command that works on the memories which pass its filter.
protocol Filtering: UserChoosing {
  var filter: FilterOptions { get set }
}

extension Filtering {
  var chosenUser: String? {
    get { filter.user }
    set { filter.user = newValue }
  }

  func namedMemories(now: Timestamp) throws -> MemoryFilter? { filter.isEmpty ? nil : try filter.filter(now: now) }
}

extension Session {
  /// Why a command that has come to an end has found nothing; nil where it has, or nothing was named.
  func reason(forNothingIn result: CommandResult, of command: any ShellCommand) throws -> String? {
    if case .table(let table) = result.output, !table.rows.isEmpty { return nil }
    guard !result.isDone, let store = storeIfOpen,
      let filter = try command.namedMemories(now: clock.now()),
      try !store.hasMemories(filter)
    else { return nil }
    return try store.emptiness(filter).sentence
  }

  /// A command with the user of `set user`; people are told that it was added.
  func withUser(_ command: any ShellCommand) throws -> any ShellCommand {
    guard let chosen = try command.withUser(of: settings), let user = settings.user else { return command }
    let notice = "--user \(user), by `set user`"
    if isInteractive { note("notice: " + notice) } else { announce(notice) }
    return chosen
  }
}
