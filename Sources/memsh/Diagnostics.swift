import Logging
import Shell

/// Where log messages go: standard error, through the one printer that takes secrets out.
struct DiagnosticsHandler: LogHandler {
  let label: String
  let print: @Sendable (String) -> Void
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    print("\(event.level) \(label): \("\(event.message)".withVisibleControls)\n")
  }

  /// Makes every logger print events of a level and above.
  static func install(level: LogLevel?, print: @escaping @Sendable (String) -> Void) {
    let threshold = Logger.Level(rawValue: (level ?? .warning).rawValue) ?? .warning
    LoggingSystem.bootstrap { label in DiagnosticsHandler(label: label, print: print, logLevel: threshold) }
  }
}
