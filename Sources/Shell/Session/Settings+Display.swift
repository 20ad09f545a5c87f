/// The colours of the terminal that results are shown for.
package enum ColorTheme: String, Sendable, CaseIterable {
  case dark, light, none
}

/// How a table is laid out that does not fit the terminal.
package enum Expansion: String, Sendable, CaseIterable {
  /// Every table is shown a line for each value.
  case on
  /// Never.
  case off
  /// Where the columns do not fit.
  case auto
}

extension Settings {
  /// How a table is laid out that does not fit the terminal.
  var expanded: Expansion { .auto }
  /// The colours of results.
  var theme: ColorTheme { .dark }
}
