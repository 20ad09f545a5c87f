import MemoryModel

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
}

extension Session {
  /// A command with the user of `set user`; people are told that it was added.
  func withUser(_ command: any ShellCommand) throws -> any ShellCommand {
    guard let chosen = try command.withUser(of: settings), let user = settings.user else { return command }
    let notice = "--user \(user), by `set user`"
    if isInteractive { note("notice: " + notice) } else { announce(notice) }
    return chosen
  }
}
