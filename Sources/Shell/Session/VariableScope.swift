/// The variables that `${…}` can name.
public struct VariableScope: Sendable {
  /// Set by `-v` and `set`.
  public var variables: [String: String]
  /// The environment of the process.
  public let environment: [String: String]

  /// Creates a scope.
  public init(variables: [String: String], environment: [String: String]) {
    self.variables = variables
    self.environment = environment
  }

  /// The value of a reference; nil when it has none.
  public func value(of reference: VariableReference) -> String? {
    switch reference {
    case .named(let name): variables[name]
    case .environment(let name): environment[name]
    }
  }
}
