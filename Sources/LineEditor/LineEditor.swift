internal import CLibEdit
import Foundation
internal import LazyLibraries

/// Reads lines from a terminal with editing, recall and completion, by libedit.
///
/// It belongs to the thread that made it.
package final class LineEditor {
  let editor: OpaquePointer
  /// What libedit's Ctrl-R and Ctrl-S search.
  private let history: OpaquePointer
  /// What the arrow keys go through.
  var recall = Recall(limit: LineEditor.historyLines)
  /// What libedit shows; it keeps the pointer until it asks again.
  private var prompt: UnsafeMutablePointer<CChar>?
  /// What the key functions leave for ``readLine(prompt:)``.
  var wasInterrupted = false
  private var hasControlKeys = false
  /// The text before the cursor that the ways to go on were listed for last.
  var listedFor: String?
  let complete: (_ line: String, _ rest: String) -> Completions
  let events: TerminalEvents

  /// Commands that can be recalled.
  package static let historyLines = 5_000

  /// Why libedit cannot be loaded; nil when it can.
  package static var refusal: String? { memsh_libedit_refusal().map { String(cString: $0) } }

  /// Takes over standard input and standard error; nil when libedit cannot be loaded, or cannot work with this terminal.
  ///
  /// - Parameters:
  ///   - programName: The name that `.editrc` lines may be limited to.
  ///   - events: What signals have to say.
  ///   - complete: Answers, for Tab, what could go on between the text before the cursor and the text behind it.
  package init?(
    programName: String, events: TerminalEvents, complete: @escaping (_ line: String, _ rest: String) -> Completions
  ) {
    LineEditor.useUTF8()
    guard LineEditor.refusal == nil, let opened = memsh_el_init(programName) else { return nil }
    guard let list = history_init() else {
      el_end(opened)
      return nil
    }
    editor = opened
    history = list
    self.complete = complete
    self.events = events
    _ = memsh_history_set_size(history, Int32(LineEditor.historyLines))
    _ = memsh_el_set_client_data(editor, Unmanaged.passUnretained(self).toOpaque())
    _ = memsh_el_set_editor(editor, "emacs")
    _ = memsh_el_set_reader(editor) { editor, character in
      LineEditor.of(editor)?.readCharacter(into: character) ?? -1
    }
    _ = memsh_el_set_history(editor, history)
    let escape = CChar(LineEditor.invisible.value)
    _ = memsh_el_set_prompt(editor, { editor in LineEditor.of(editor)?.prompt }, escape)
    bindKeys()
  }

  deinit {
    el_end(editor)
    history_end(history)
    free(prompt)
  }

  /// Stands before and after what a prompt sends to the terminal without covering a column, such as a colour.
  package static let invisible: Unicode.Scalar = "\u{1}"

  /// What ended the reading of a line.
  package enum Input: Sendable, Equatable {
    /// A line without its newline; a paste may have put newlines into it.
    case line(String)
    /// Ctrl-D on an empty line.
    case end
    /// Ctrl-C: the line is thrown away.
    case interrupted
  }

  /// Shows the prompt and reads one line.
  package func readLine(prompt text: String) -> Input {
    free(prompt)
    prompt = strdup(text)
    wasInterrupted = false
    hasControlKeys = false
    listedFor = nil
    recall.start()
    // The window may have changed while a command ran.
    el_resize(editor)
    // What was pressed while a command ran was meant for the command.
    while events.next() != nil {}
    LineEditor.show(LineEditor.pasteMarksOn)
    defer { LineEditor.show(LineEditor.pasteMarksOff) }
    var length: Int32 = 0
    let line = el_gets(editor, &length)
    guard !wasInterrupted else { return .interrupted }
    guard let line, length > 0 else { return .end }
    var text = String(cString: line)
    if text.hasSuffix("\n") { text.removeLast() }
    return .line(text)
  }

  /// Adds a command to what can be recalled.
  package func remember(_ command: String) {
    recall.remember(command)
    _ = memsh_history_enter(history, command)
  }

  /// Asks the terminal to mark what is pasted (xterm's mode 2004), so that it is not taken for typing.
  private static let pasteMarksOn = "\u{1B}[?2004h"
  static let pasteMarksOff = "\u{1B}[?2004l"

  /// Writes to the terminal past libedit.
  static func show(_ text: String) {
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }

  /// The size of the terminal; 80 by 24 where it is unknown.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Makes Ctrl-C a key like any other while a line is edited, so that it keeps its place among them; Ctrl-S, too, which
  /// would stop the screen.
  ///
  /// libedit has set the terminal when it asks for the first key, and gives it back as it was after the line.
  private func takeControlKeys() {
    var modes = termios()
    guard tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
    withUnsafeMutableBytes(of: &modes.c_cc) { $0[Int(VINTR)] = 0 }
    modes.c_iflag &= ~tcflag_t(IXON)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes)
    hasControlKeys = true
  }

  /// Draws the line anew and makes the terminal's keys memsh's, after others had it.
  private func takeTerminalAgain() {
    // libedit draws from where the cursor is.
    LineEditor.show("\r\u{1B}[J")
    memsh_el_redraw(editor)
    takeControlKeys()
    LineEditor.show(LineEditor.pasteMarksOn)
  }

  /// Waits until the shell gives the terminal back. To ask for a key before would stop the process.
  private func waitForForeground() {
    while !TerminalEvents.isInForeground { poll(nil, 0, LineEditor.foregroundMilliseconds) }
    while events.next() != nil {}
  }

  /// No shell tells a job that it is in the foreground now.
  private static let foregroundMilliseconds: Int32 = 100

  /// Waits for a key or an event.
  ///
  /// - Returns: 1 with a character, 0 at the end of the input, -1 after an error: as libedit asks for.
  private func readCharacter(into character: UnsafeMutablePointer<wchar_t>?) -> Int32 {
    if !hasControlKeys { takeControlKeys() }
    while true {
      guard TerminalEvents.isInForeground else {
        waitForForeground()
        takeTerminalAgain()
        continue
      }
      var sources = [
        pollfd(fd: events.reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&sources, 2, -1) > 0 else { continue }
      if sources[0].revents != 0, let event = events.next() {
        switch event {
        case .redraw:
          if TerminalEvents.isInForeground { takeTerminalAgain() }
          continue
        case .interrupt:
          character?.pointee = wchar_t(event.rawValue)
          return 1
        }
      }
      guard sources[1].revents != 0 else { continue }
      guard let scalar = LineEditor.readScalar() else { return 0 }
      character?.pointee = wchar_t(bitPattern: scalar.value)
      return 1
    }
  }

  /// The next character of UTF-8 from standard input; nil at its end.
  private static func readScalar() -> Unicode.Scalar? {
    guard let first = readByte() else { return nil }
    // The bits above the first zero count the bytes of the character (RFC 3629).
    let length = (0xC2...0xF4).contains(first) ? (~first).leadingZeroBitCount : 1
    var bytes = [first]
    while bytes.count < min(length, 4), let next = readByte() { bytes.append(next) }
    return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first ?? "\u{FFFD}"
  }

  private static func readByte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      guard count < 0, errno == EINTR || errno == EAGAIN else { return nil }
    }
  }

  static func of(_ editor: OpaquePointer?) -> LineEditor? {
    guard let editor, let data = memsh_el_get_client_data(editor) else { return nil }
    return Unmanaged<LineEditor>.fromOpaque(data).takeUnretainedValue()
  }

  /// libedit reads characters by the locale; memsh's text is UTF-8 whatever the locale says.
  private static func useUTF8() {
    setlocale(LC_CTYPE, "")
    guard String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" else { return }
    for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] where setlocale(LC_CTYPE, name) != nil { return }
  }
}
