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

extension ShellCommand {
  /// The command with the user that the settings choose, where it leaves that open; nil where it is as it was.
  ///
  /// - Throws: `usage` when it needs a user and has none.
  func withUser(of settings: Settings) throws -> (any ShellCommand)? {
    guard var command = self as? any UserChoosing, command.chosenUser == nil, command.leavesUserOpen else { return nil }
    guard let user = settings.user else {
      guard type(of: command).needsUser else { return nil }
      let name = Self.configuration.commandName ?? ""
      throw MemshError(
        .usage, "\(name): '--user' is missing", hint: "name the user, or `set user NAME` for all commands that follow")
    }
    command.chosenUser = user
    return command
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
