/// What a piece of text is to a person, which decides its colour.
package enum TextRole: Sendable, CaseIterable {
  case plain
  /// The name of a column or a field.
  case header
  /// A NULL, or a remark that matters less than the rest.
  case dim
  /// A word that was searched for.
  case match
  /// Something to type.
  case command
  case warning
  case error
}

/// The colours of a terminal.
package struct Theme: Sendable, Equatable {
  /// What they are for.
  package let name: ColorTheme

  /// Text as it is.
  package static let none = Theme(.none)

  /// Makes a theme.
  package init(_ name: ColorTheme) {
    self.name = name
  }

  /// The theme for a stream: none where no terminal shows it, or where the user wants no colours
  /// (https://no-color.org).
  package init(_ wanted: ColorTheme, isTerminal: Bool, environment: [String: String]) {
    let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    self.init(isTerminal && !isRefused ? wanted : .none)
  }

  /// Text that is already safe on a terminal, in the colour of its role.
  func colored(_ text: String, _ role: TextRole) -> String {
    guard !text.isEmpty, let code = code(of: role) else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// The parameters of the escape sequence (ECMA-48, SGR); nil for none.
  private func code(of role: TextRole) -> String? {
    guard name != .none else { return nil }
    let isDark = name == .dark
    return switch role {
    case .plain: nil
    case .header: "1"
    case .dim: "2"
    case .match: isDark ? "1;33" : "1;35"
    case .command: isDark ? "36" : "34"
    case .warning: isDark ? "33" : "35"
    case .error: "1;31"
    }
  }
}
