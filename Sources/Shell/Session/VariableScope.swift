import Database
import MemoryModel
import MemoryServices

/// The variables that `${…}` can name.
package struct VariableScope: Sendable {
  /// Set by `-v` and `set`.
  package private(set) var variables: [String: String]
  /// The environment of the process.
  package let environment: [String: String]

  /// Variables and an environment.
  package init(variables: [String: String], environment: [String: String]) {
    self.variables = variables
    self.environment = environment
  }

  /// What `~` stands for; nil where $HOME does not say it.
  var home: String? { environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } }

  /// No more than this is kept in all variables together, nor inserted into one command: a few lines that double a
  /// variable would take all memory.
  static let bytesMaximum = 16 << 20

  /// Sets a variable, or forgets it for nil.
  ///
  /// - Throws: `usage` when the variables get too long together.
  mutating func set(_ name: String, to value: String?) throws {
    let others = variables.reduce(0) { $0 + ($1.key == name ? 0 : $1.value.utf8.count) }
    if let value, others + value.utf8.count > VariableScope.bytesMaximum {
      throw MemshError(
        .usage, "the variables are longer than \(VariableScope.bytesMaximum >> 20) MB together",
        hint: "`unset NAME` forgets one")
    }
    variables[name] = value
  }

  /// The value of a reference; nil when it has none.
  package func value(of reference: VariableReference) -> String? {
    switch reference {
    case .named(let name): variables[name]
    case .environment(let name): environment[name]
    }
  }
}
