/// What a connection is called, so that production is not taken for a test.
package struct ConnectionLabel: Sendable, Equatable {
  /// The name as it was given.
  package let name: String

  /// Names a connection.
  package init(_ name: String) {
    self.name = name
  }

  /// Whether what destroys must be confirmed by typing the target's name, `--yes` or not.
  package var isProduction: Bool { ["production", "prod", "live"].contains(name.lowercased()) }

  /// The parameters of the terminal's colour sequence (ECMA-48, SGR): red for production, yellow for what comes before
  /// it, green for what may break, cyan for everything else.
  var color: String {
    switch name.lowercased() {
    case _ where isProduction: "1;31"
    case "staging", "stage", "preproduction", "uat": "33"
    case "development", "dev", "test", "testing", "local": "32"
    default: "36"
    }
  }
}
