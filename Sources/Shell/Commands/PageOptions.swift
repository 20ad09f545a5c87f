import ArgumentParser
import MemoryModel
import MemoryServices
import MemoryStore

/// The options of a command that can put what it found into a page for a browser.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the result as a page for a browser, too, which needs no network.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Flag(help: "Replace a page that is there.")
  var overwrite = false

  func validate() throws {
    guard html != nil || !overwrite else { throw ValidationError("'--overwrite' goes with '--html'") }
    guard html != "" else { throw ValidationError("'--html' takes the name of a file") }
  }

  /// Refuses a file that must not be written, before the work begins.
  func check(_ session: Session, _ store: MemoryStore) throws {
    if let html { try session.refuseToWrite(html, besides: store, mayReplace: overwrite) }
  }

  /// Writes the page, if one is wanted, and says so below the result.
  func write(_ page: @autoclosure () -> ReportPage, _ session: Session, _ result: CommandResult) throws -> CommandResult
  {
    guard let html else { return result }
    let page = page()
    try session.files.write(piecesTo: html, mayReplace: overwrite) { try page.write($0) }
    var result = result
    result.remark = "\(html) shows it in a browser"
    return result
  }
}
