import Database
import MemoryModel
import MemoryServices

/// An error and the place in a script or a line that it belongs to.
package struct LocatedError: Error {
  /// What went wrong.
  package let error: MemshError
  /// Where; nil when it belongs to no text.
  package let position: SourcePosition?
  /// The line of the script, to be shown with a caret below; nil when there is none to show.
  package let sourceLine: String?
  /// How many characters the caret underlines.
  package let width: Int

  /// The format that the faulty command asked for with `--output`.
  package let requestedFormat: OutputFormat?

  /// Puts an error at a place.
  package init(
    _ error: MemshError, position: SourcePosition? = nil, sourceLine: String? = nil, width: Int = 1,
    requestedFormat: OutputFormat? = nil
  ) {
    self.error = error
    self.requestedFormat = requestedFormat
    self.position = position
    self.sourceLine = sourceLine
    self.width = width
  }

  init(_ error: MemshError, at token: Token, of command: ScriptCommand) {
    let isOnFirstLine = token.position.line == command.position.line
    self.init(
      error, position: token.position, sourceLine: isOnFirstLine ? command.sourceLine : nil, width: token.width,
      requestedFormat: OutputFormat.requested(in: command.tokens.map(\.plainText)))
  }
}
