internal import CLibEdit
import Foundation

extension LineEditor {
  /// Adds memsh's own key functions and reads `.editrc`, which may choose vi keys and bind others.
  func bindKeys() {
    _ = memsh_el_add_function(editor, "memsh-interrupt", "Throw the line away") { editor, _ in
      LineEditor.of(editor)?.interrupt() ?? UInt8(CC_ERROR)
    }
    _ = memsh_el_add_function(editor, "memsh-complete", "Complete the word") { editor, _ in
      LineEditor.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
    }
    _ = memsh_el_add_function(editor, "memsh-paste", "Insert what is pasted") { editor, _ in
      LineEditor.of(editor)?.paste() ?? UInt8(CC_ERROR)
    }
    _ = memsh_el_add_function(editor, "memsh-back", "Recall the last command that begins like the line") { editor, _ in
      LineEditor.of(editor)?.goBack() ?? UInt8(CC_ERROR)
    }
    _ = memsh_el_add_function(editor, "memsh-forward", "Recall the next command that begins like the line") {
      editor, _ in LineEditor.of(editor)?.goForward() ?? UInt8(CC_ERROR)
    }
    for key in ["\u{1B}[A", "\u{1B}OA", "^P"] { _ = memsh_el_bind(editor, key, "memsh-back") }
    for key in ["\u{1B}[B", "\u{1B}OB", "^N"] { _ = memsh_el_bind(editor, key, "memsh-forward") }
    bindSearch()
    el_source(editor, nil)

    let isVi = String(cString: memsh_el_get_editor(editor)) == "vi"
    _ = memsh_el_bind(editor, "^C", "memsh-interrupt")
    _ = memsh_el_bind(editor, "^I", "memsh-complete")
    guard isVi else {
      _ = memsh_el_bind(editor, "\u{1B}[200~", "memsh-paste")
      return
    }
    // vi keys come with tables of their own. The escape that a paste begins with leads to vi's command mode.
    bindSearch()
    _ = memsh_el_bind_command_mode(editor, "^C", "memsh-interrupt")
    _ = memsh_el_bind_command_mode(editor, "[200~", "memsh-paste")
  }

  /// Searches the history while a text is typed: Ctrl-R goes back to older commands, Ctrl-S to newer ones.
  private func bindSearch() {
    _ = memsh_el_bind(editor, "^R", "em-inc-search-prev")
    _ = memsh_el_bind(editor, "^S", "em-inc-search-next")
  }

  private func goBack() -> UInt8 {
    guard let (line, beginning) = text else { return UInt8(CC_ERROR) }
    return replaceLine(with: recall.back(from: line, beginning: beginning))
  }

  private func goForward() -> UInt8 {
    guard let (line, _) = text else { return UInt8(CC_ERROR) }
    return replaceLine(with: recall.forward(from: line))
  }

  /// What is in the line, and the part of it before the cursor; nil when libedit has no line.
  private var text: (line: String, beginning: String)? {
    guard let line = el_line(editor)?.pointee else { return nil }
    func text(upTo end: UnsafePointer<CChar>) -> String {
      String(decoding: UnsafeRawBufferPointer(start: line.buffer, count: end - line.buffer), as: UTF8.self)
    }
    return (text(upTo: line.lastchar), text(upTo: line.cursor))
  }

  /// Puts another text into the line, with the cursor behind it; nil beeps.
  private func replaceLine(with text: String?) -> UInt8 {
    guard let text, let old = self.text else { return UInt8(CC_REFRESH_BEEP) }
    let length = Int32(old.line.unicodeScalars.count)
    el_cursor(editor, length - Int32(old.beginning.unicodeScalars.count))
    el_deletestr(editor, length)
    // libedit refuses to insert nothing.
    guard !text.isEmpty else { return UInt8(CC_REFRESH) }
    return el_insertstr(editor, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  private func interrupt() -> UInt8 {
    wasInterrupted = true
    LineEditor.show("^C\n")
    return UInt8(CC_NEWLINE)
  }

  /// Puts what is pasted into the line, newlines included: nothing runs before Enter is pressed.
  private func paste() -> UInt8 {
    var scalars = String.UnicodeScalarView()
    var character: wchar_t = 0
    // Ctrl-C leaves a paste whose end never comes.
    while el_wgetc(editor, &character) == 1, let scalar = Unicode.Scalar(UInt32(bitPattern: character)),
      scalar.value != UInt32(TerminalEvents.Event.interrupt.rawValue)
    {
      scalars.append(scalar)
      if scalar == "~", scalars.count >= 6, scalars.suffix(6).elementsEqual("\u{1B}[201~".unicodeScalars) { break }
    }
    if String(scalars).hasSuffix("\u{1B}[201~") { scalars.removeLast(6) }
    var text = String(scalars).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    while text.hasSuffix("\n") { text.removeLast() }
    text.unicodeScalars.removeAll { $0 != "\n" && $0 != "\t" && $0.properties.generalCategory == .control }
    guard !text.isEmpty else { return UInt8(CC_NORM) }
    return el_insertstr(editor, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
  }

  /// Inserts what is certain; lists the ways to go on when nothing is.
  private func completeWord() -> UInt8 {
    guard let (line, before) = text else { return UInt8(CC_ERROR) }
    let completions = complete(before, String(line.dropFirst(before.count)))
    guard let first = completions.candidates.first else { return UInt8(CC_REFRESH_BEEP) }

    let typed = before.suffix(completions.replaces)
    var text = completions.commonPrefix
    if completions.candidates.count == 1, first.endsWord { text += " " }
    if text != typed, text.count >= typed.count {
      el_deletestr(editor, Int32(typed.unicodeScalars.count))
      return el_insertstr(editor, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    }
    LineEditor.show("\n" + completions.list(size.columns, size.rows, listedFor == before))
    listedFor = before
    return UInt8(CC_REDISPLAY)
  }
}
