import Database
import MemoryModel
import MemoryServices

/// Shows progress on standard error, as one line that keeps changing; nothing where no terminal shows it.
final class ConsoleProgress: ProgressReporter {
  private let session: Session
  private var stage = ""
  private var sinceStageBegan = Stopwatch()
  private var sinceShown = Stopwatch()
  private var isShowingCount = false

  private static let interval = Duration.milliseconds(100)

  /// The width to draw for when only standard error is a terminal.
  private static let columnsWithoutTerminal = 80

  init(session: Session) {
    self.session = session
  }

  deinit { clearCount() }

  func report(_ event: WorkEvent) {
    clearCount()
    for line in event.lines { session.note(line) }
  }

  func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {
    guard !session.settings.isQuiet, session.console.errorIsTerminal else { return }
    if stage != self.stage {
      self.stage = stage
      sinceStageBegan = Stopwatch()
      sinceShown = Stopwatch()
    }
    guard sinceShown.elapsed >= ConsoleProgress.interval else { return }
    sinceShown = Stopwatch()
    let text = ProgressText.text(
      stage, done: done, total: total, bytes: bytes, seconds: sinceStageBegan.elapsed.seconds
    ).withVisibleControls
    // A line that is wider than the terminal could not be taken back.
    let columns = session.console.outputColumns ?? ConsoleProgress.columnsWithoutTerminal
    let line = (ProgressText.bar(done: done, total: total) + text).fitted(toWidth: columns - 1)
    session.console.writeError("\r\u{1B}[K" + line)
    isShowingCount = true
  }

  private func clearCount() {
    if isShowingCount { session.console.writeError("\r\u{1B}[K") }
    isShowingCount = false
  }
}

/// How far something is, in words.
enum ProgressText {
  private static let barWidth = 20

  /// `███████░░░░░░░░░░░░░ `; nothing when it is not known how much there is.
  static func bar(done: Int64, total: Int64) -> String {
    guard total > 0 else { return "" }
    let filled = percent(done, of: total) * barWidth / 100
    return String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled) + " "
  }

  /// `Migrating: 12000 of 20000 (60 %), 74 MB, 11500 a second, 1 s left`
  static func text(_ stage: String, done: Int64, total: Int64, bytes: Int64? = nil, seconds: Double) -> String {
    guard total > 0 else { return "\(stage): \(done)" }
    var text = "\(stage): \(done) of \(total) (\(percent(done, of: total)) %)"
    if let bytes { text += ", \(fixed(Double(bytes) / 1e6, places: bytes < 10_000_000 ? 1 : 0)) MB" }
    guard seconds > 0, done > 0 else { return text }
    let rate = Double(done) / seconds
    text += ", \(fixed(rate, places: rate < 10 ? 1 : 0)) a second"
    if done < total { text += ", \(duration(Double(total - done) / rate)) left" }
    return text
  }

  /// How much is done, from 0 to 100.
  private static func percent(_ done: Int64, of total: Int64) -> Int {
    Int(min(max(0, Double(done) / Double(total)), 1) * 100)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int64(min(seconds.rounded(.up), 1e9))
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}
