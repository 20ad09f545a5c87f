internal import CLibEdit
import Foundation

/// Reads lines from a terminal with editing and recall, by libedit.
///
/// It belongs to the thread that made it.
public final class LineEditor {
  private let editor: OpaquePointer
  private let history: OpaquePointer
  /// What libedit shows; it keeps the pointer until it asks again.
  private var prompt: UnsafeMutablePointer<CChar>?

  private static let historyLines: Int32 = 5_000

  /// Takes over standard input and output; nil when libedit cannot work with this terminal.
  ///
  /// - Parameter programName: The name that `.editrc` lines may be limited to.
  public init?(programName: String) {
    setlocale(LC_CTYPE, "")
    guard let opened = memsh_el_init(programName) else { return nil }
    guard let events = history_init() else {
      el_end(opened)
      return nil
    }
    editor = opened
    history = events
    _ = memsh_history_set_size(history, LineEditor.historyLines)
    _ = memsh_el_set_client_data(editor, Unmanaged.passUnretained(self).toOpaque())
    _ = memsh_el_set_editor(editor, "emacs")
    _ = memsh_el_set_signal(editor, 0)
    _ = memsh_el_set_history(editor, history)
    _ = memsh_el_bind(editor, "^R", "em-inc-search-prev")
    _ = memsh_el_set_prompt(editor) { editor in
      guard let editor, let data = memsh_el_get_client_data(editor) else { return nil }
      return Unmanaged<LineEditor>.fromOpaque(data).takeUnretainedValue().prompt
    }
    el_source(editor, nil)
  }

  deinit {
    el_end(editor)
    history_end(history)
    free(prompt)
  }

  /// What ended the reading of a line.
  public enum Input: Sendable, Equatable {
    /// A line without its newline.
    case line(String)
    /// Ctrl-D on an empty line.
    case end
    /// Ctrl-C: the line is thrown away.
    case interrupted
  }

  /// Shows the prompt and reads one line.
  public func readLine(prompt text: String) -> Input {
    free(prompt)
    prompt = strdup(text)
    var length: Int32 = 0
    errno = 0
    guard let line = el_gets(editor, &length), length > 0 else {
      guard errno == EINTR else { return .end }
      el_reset(editor)
      return .interrupted
    }
    var text = String(cString: line)
    if text.hasSuffix("\n") { text.removeLast() }
    return .line(text)
  }

  /// Adds a command to what the arrow keys recall.
  public func remember(_ command: String) {
    _ = memsh_history_enter(history, command)
  }
}
