import Database
import Foundation
import MemoryModel
import MemoryServices

/// Where a command's result goes instead of standard output.
package protocol OutputSink: AnyObject {
  /// Takes more of it.
  ///
  /// - Throws: ``ClosedPipe`` when the reader has gone.
  func write(_ text: String) throws
  /// Takes the end.
  ///
  /// - Throws: `program_failed` for a program that ends with another status than 0.
  func finish() throws
}

/// A file that gets its name when the whole result is in it, or a device.
final class FileSink: OutputSink {
  private let file: NewFile

  init(_ path: String) throws { file = try NewFile(path, mayReplace: true, takesDevices: true) }

  func write(_ text: String) throws { try file.write(text) }

  func finish() throws { try file.commit() }
}

/// The end of a file, which is made for its owner only where there is none, or which is emptied first.
final class AddingSink: OutputSink {
  private let handle: FileHandle
  private let path: String

  init(_ path: String, isEmptied: Bool = false) throws {
    let emptying = isEmptied ? O_TRUNC : 0
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | emptying, 0o600)
    guard descriptor >= 0 else { throw AddingSink.failure(path, String(cString: strerror(errno))) }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    self.path = path
  }

  func write(_ text: String) throws {
    do { try handle.write(contentsOf: Data(text.utf8)) } catch { throw AddingSink.failure(path, "\(error)") }
  }

  func finish() throws {}

  private static func failure(_ path: String, _ cause: String) -> MemshError {
    MemshError(.fileFailed, "\(path) cannot be written", hint: "check the file and its permissions", cause: cause)
  }
}

/// Where a result goes instead of standard output, and in which form.
struct ResultPlace {
  let place: any OutputSink
  /// The format where the command names none.
  let format: OutputFormat
  /// Whether the place's name tells the format.
  let isNamed: Bool
  /// Whether it is a program, which must get all that there is, and nothing else.
  var isProgram = false
}

/// Where the results go of commands that name no place.
struct StandingPlace {
  let place: any OutputSink
  let path: String
  /// The format that the path tells; nil where it tells none.
  let format: OutputFormat?
  /// Whether a result is in it, from which Markdown sets off the next.
  var hasResult = false

  /// Whether a path is that of the same file.
  func isFile(_ other: String) -> Bool {
    var (own, others) = (stat(), stat())
    return stat(path, &own) == 0 && stat(other, &others) == 0 && own.st_dev == others.st_dev
      && own.st_ino == others.st_ino
  }
}

extension Session {
  /// Chooses where results go that no `>` or `|` sends elsewhere.
  ///
  /// - Parameter path: A file, which is replaced; nil for standard output.
  func sendResults(to path: String?) throws {
    guard let path else { return results = nil }
    try SQLiteFile.refuseWriting(to: path)
    let place: any OutputSink = try NewFile.isDevice(path) ? FileSink(path) : AddingSink(path, isEmptied: true)
    results = StandingPlace(place: place, path: path, format: Destination.format(ofFile: path))
  }

  /// Runs `body` with what it writes going to a place.
  ///
  /// - Parameter isResult: Whether it goes where results go when the command names no place.
  /// - Returns: What `body` returns; nil when the program there wanted no more.
  @discardableResult
  func sending<Value>(
    to destination: Destination?, of command: ScriptCommand, isResult: Bool = true, _ body: () throws -> Value
  ) throws -> Value? {
    defer { sink = nil }
    guard let destination else {
      guard isResult, let results else { return try body() }
      let format = results.format ?? settings.output ?? .tsv
      sink = ResultPlace(place: results.place, format: format, isNamed: results.format != nil)
      if results.hasResult, format == .markdown { try results.place.write("\n") }
      self.results?.hasResult = true
      return try body()
    }
    let place: any OutputSink
    var named: OutputFormat?
    var usual = OutputFormat.tsv
    var isProgram = false
    switch destination {
    case .program(let program):
      place = try console.reader(SystemCall(program.plainText, scope: scope))
      isProgram = true
      // Whoever types it may want to read what the program shows.
      if isInteractive, command.position.file == nil { usual = .table }
    case .file(let token, let isAddedTo):
      let path = try CommandParser.word(token, of: command, scope: scope)
      try SQLiteFile.refuseWriting(to: path)
      if let results, !isAddedTo, results.isFile(path), !NewFile.isDevice(path) {
        throw MemshError(
          .usage, "\(path) is where all results go", hint: "`results` ends that; or write >> \(path), or another file")
      }
      place = try isAddedTo && !NewFile.isDevice(path) ? AddingSink(path) : FileSink(path)
      named = Destination.format(ofFile: path)
    }
    sink = ResultPlace(
      place: place, format: named ?? settings.output ?? usual, isNamed: named != nil, isProgram: isProgram)
    do {
      let value = try body()
      try place.finish()
      return value
    } catch is ClosedPipe {
      // `q` in less: enough has been seen.
      try place.finish()
      return nil
    }
  }
}
