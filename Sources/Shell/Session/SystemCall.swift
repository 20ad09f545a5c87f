import Foundation

/// A command of the system's shell, and what its `$name` and `${name}` stand for besides the environment.
///
/// The shell itself puts the values in, by its own rules of quoting: a value is never a part of the command's text.
package struct SystemCall: Sendable, Equatable {
  /// What /bin/sh runs.
  package let command: String
  /// The variables that the command mentions, added to the environment.
  package let variables: [String: String]
  /// What `$1`, `$2`, … stand for.
  package let arguments: [String]

  /// A command with the variables of a session.
  package init(_ command: String, scope: VariableScope) {
    self.command = command
    guard command.contains("$") else {
      (variables, arguments) = ([:], [])
      return
    }
    // An environment holds little: only what is mentioned goes into it.
    variables = scope.variables.filter { SystemCall.isName($0.key) && command.contains($0.key) }
    arguments = Array((1...).lazy.map { scope.variables[String($0)] }.prefix { $0 != nil }.compactMap(\.self))
  }

  /// The program and its arguments.
  package var words: [String] { ["/bin/sh", "-c", command, "memsh"] + arguments }

  /// Whether the system's shell has variables of such a name: `-` is not allowed there.
  private static func isName(_ text: String) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && text.first?.isNumber == false
  }
}
