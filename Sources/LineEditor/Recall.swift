/// The commands that were typed before, and the way back and forth through those that begin as the line does.
struct Recall {
  private var commands: [String] = []
  private let limit: Int
  /// What was in the line before the first step back, and the part of it before the cursor.
  private var typed = ""
  private var beginning = ""
  /// Which command is in the line; nil while it is what was typed.
  private var place: Int?

  /// - Parameter limit: How many commands are kept.
  init(limit: Int) {
    self.limit = limit
  }

  /// Adds the newest command.
  mutating func remember(_ command: String) {
    commands.append(command)
    if commands.count > limit { commands.removeFirst(commands.count - limit) }
  }

  /// Begins anew, for another line.
  mutating func start() { place = nil }

  /// The last command before the one in the line that begins like what was typed; nil when there is none.
  ///
  /// - Parameters:
  ///   - line: What is in the line.
  ///   - beginning: The part of it before the cursor.
  mutating func back(from line: String, beginning: String) -> String? {
    if place.map({ commands[$0] != line }) ?? true {
      (typed, self.beginning, place) = (line, beginning, nil)
    }
    guard let found = commands[..<(place ?? commands.count)].lastIndex(where: { fits($0, otherThan: line) }) else {
      return nil
    }
    place = found
    return commands[found]
  }

  /// The next command after the one in the line that begins like what was typed, at last what was typed itself; nil
  /// when the line holds no command of before.
  mutating func forward(from line: String) -> String? {
    guard let place, commands[place] == line else { return nil }
    self.place = commands[(place + 1)...].firstIndex { fits($0, otherThan: line) }
    return self.place.map { commands[$0] } ?? typed
  }

  private func fits(_ command: String, otherThan line: String) -> Bool {
    command.hasPrefix(beginning) && command != line
  }
}
