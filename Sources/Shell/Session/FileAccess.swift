import MemoryModel
import MemoryServices

/// Reads and writes files, for their owner only. A `~` in front of a path is the user's home.
package protocol FileAccess: AnyObject {
  /// Whether there is a file.
  func exists(_ path: String) -> Bool
  /// Whether a path is a file that can be read twice: no pipe.
  func isRegular(_ path: String) -> Bool
  /// The one path of a file, without links, `.` and `..`; the path itself where there is no file.
  func realPath(of path: String) -> String
  /// Why a file must not be trusted: others own it or may change it; nil for a safe one.
  func danger(of path: String) -> String?
  /// The names in a folder that begin with a text; folders end in `/`.
  func names(beginningWith path: String, extensions: [String]) -> [String]
  /// The text of a script; `-` is standard input.
  func script(_ path: String) throws -> String
  /// The fragments of a JSON or YAML file.
  func fragments(_ path: String) throws -> [PromptFragment]
  /// Puts what a file says of how a table is read into a selection; what is chosen there already stays.
  func readMapping(_ path: String, into selection: inout SourceSelection) throws
  /// A value as YAML, for people to edit.
  func yaml(_ json: JSON) throws -> String
  /// The value of a YAML document.
  ///
  /// - Throws: `usage` with what is wrong and where.
  func json(yaml text: String) throws -> JSON
  /// Hands over a function that reads the next line without its end, nil at the end; `-` is standard input.
  func read<Value>(linesOf path: String, _ body: (@escaping () throws -> String?) throws -> Value) throws -> Value
  /// Writes a file, or replaces one, as a whole.
  func write(_ text: String, to path: String) throws
  /// Hands over a function that writes a piece of text, and gives the file its name when `body` has succeeded.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func write(
    piecesTo path: String, mayReplace: Bool, _ body: (@escaping (String) throws -> Void) throws -> Void
  ) throws
  /// Creates an empty file, which gets the path's name when it is committed.
  ///
  /// - Parameter mayReplace: Whether a file of that name makes way.
  func create(_ path: String, mayReplace: Bool) throws -> NewFile
  /// Makes the folder that a file is to be in.
  func makeFolder(of path: String) throws
  /// Deletes a file, if there is one.
  func remove(_ path: String)
}
