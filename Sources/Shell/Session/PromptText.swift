import Database
import MemoryModel
import MemoryServices

/// What stands before the cursor.
package enum PromptText {
  /// `{label}`, `{backend}`, `{database}`, `{location}` and `{user}` are replaced.
  static let defaultTemplate = "{label} {backend}:{database}> "

  /// The prompt of a session.
  ///
  /// - Parameter invisible: What must enclose a part that covers no column of the terminal.
  package static func text(for session: Session, invisible: Unicode.Scalar) -> String {
    // Describing a store opens nothing.
    guard let identity = (try? session.chosenStore())?.identity else { return "memsh (not connected)> " }
    var text = replaced(session.settings, identity: identity, label: session.label).withVisibleControls
    // As in psql, a transaction that waits for its end.
    if session.holdsTransaction { text.insert("*", at: text.lastIndex(of: ">") ?? text.startIndex) }
    guard let label = session.label, session.showsColors else { return text }
    func sequence(_ parameters: String) -> String { "\(invisible)\u{1B}[\(parameters)m\(invisible)" }
    // The space at the end keeps the user's own colour.
    let trailing = text.hasSuffix(" ") ? " " : ""
    return sequence(label.color) + text.dropLast(trailing.count) + sequence("0") + trailing
  }

  private static func replaced(_ settings: Settings, identity: StoreIdentity, label: ConnectionLabel?) -> String {
    var text = settings.prompt.replacing("{label}", with: label?.name ?? "")
    if label == nil { text = String(text.drop { $0 == " " }) }
    return text.replacing("{backend}", with: identity.backend.rawValue).replacing("{database}", with: identity.name)
      .replacing("{location}", with: identity.location).replacing("{user}", with: settings.user ?? "")
  }

  /// The prompt of the next line of a command that is not complete; it says what is missing.
  package static func continuation(_ missing: Incomplete) -> String {
    switch missing {
    case .quote(let quote): "(quote \(quote)) > "
    case .continuation: "(\\) > "
    case .heredoc(let delimiter): "(\(delimiter)) > "
    case .statement: "(;) > "
    }
  }
}
