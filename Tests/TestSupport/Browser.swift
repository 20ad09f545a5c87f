import Foundation
import MemoryModel

/// A real browser without a window (Chromium), driven through its DevTools protocol over a pair of pipes.
package final class Browser {
  /// Where Chromium is; nil where there is none, and what needs it is skipped.
  package static let path = ["chromium", "chromium-browser", "google-chrome"].map { "/usr/bin/" + $0 }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// What went wrong between the test and the browser.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// What the browser has told since the last page was opened, beside answers: `method` and `params` of each event.
  package private(set) var events: [JSON] = []

  private let process: pid_t
  private let commands: FileHandle
  private let answers: Int32
  private var buffer = Data()
  private var number = 0
  private var session: String?
  private static let secondsMaximum = 60.0

  /// Starts it with an empty page.
  package init(in folder: TestFolder) throws {
    guard let path = Browser.path else { throw Failure(description: "there is no Chromium") }
    // Above what a child has, so that nothing is closed while descriptors change places.
    func pipe() throws -> (read: Int32, write: Int32) {
      var ends: [Int32] = [0, 0]
      guard Foundation.pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
      let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 20) }
      ends.forEach { close($0) }
      return (high[0], high[1])
    }
    let (toBrowser, fromBrowser) = (try pipe(), try pipe())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let log = folder.file("chromium.log")
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, toBrowser.read, 3)
    posix_spawn_file_actions_adddup2(&actions, fromBrowser.write, 4)
    Child.closeOthers(from: 5, &actions)
    let words = [
      path, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--user-data-dir=" + folder.file("chromium"), "about:blank",
    ]
    let variables = ["HOME=" + folder.path, "PATH=/usr/bin:/bin", "LANG=C.UTF-8"]
    let (arguments, environment) = (words.map { strdup($0) } + [nil], variables.map { strdup($0) } + [nil])
    defer { (arguments + environment).forEach { free($0) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, path, &actions, nil, arguments, environment)
    close(toBrowser.read)
    close(fromBrowser.write)
    guard status == 0 else { throw Failure(description: String(cString: strerror(status))) }
    self.process = process
    commands = FileHandle(fileDescriptor: toBrowser.write, closeOnDealloc: true)
    answers = fromBrowser.read
    let target = try call("Target.createTarget", [.init("url", .string("about:blank"))])
    let attached = try call(
      "Target.attachToTarget", [.init("targetId", target[key: "targetId"] ?? .null), .init("flatten", .bool(true))])
    session = attached[key: "sessionId"]?.stringValue
    for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
  }

  deinit {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    close(answers)
  }

  /// Calls a method of the protocol.
  ///
  /// - Returns: Its result.
  @discardableResult
  package func call(_ method: String, _ parameters: [JSON.Member] = []) throws -> JSON {
    number += 1
    let id = number
    var members: [JSON.Member] = [
      .init("id", .integer(id)), .init("method", .string(method)), .init("params", .object(parameters)),
    ]
    if let session { members.append(.init("sessionId", .string(session))) }
    try commands.write(contentsOf: Data(JSON.object(members).text.utf8) + [0])
    let deadline = Date().addingTimeInterval(Browser.secondsMaximum)
    while true {
      let message = try next(until: deadline, method)
      guard message[key: "id"]?.integerValue == id else {
        if message[key: "method"] != nil { events.append(message) }
        continue
      }
      if let error = message[key: "error"] { throw Failure(description: "\(method): \(error.text)") }
      return message[key: "result"] ?? .null
    }
  }

  private func next(until deadline: Date, _ method: String) throws -> JSON {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        let text = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return try JSONParser.parse(text)
      }
      var entry = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
      let milliseconds = Int32(max(0, deadline.timeIntervalSinceNow * 1_000))
      guard poll(&entry, 1, milliseconds) > 0 else { throw Failure(description: "\(method): no answer") }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(answers, &chunk, chunk.count)
      guard count > 0 else { throw Failure(description: "\(method): the browser has ended") }
      buffer.append(contentsOf: chunk[..<count])
    }
  }

  /// Opens a file, and waits until its script has run.
  package func open(_ path: String) throws {
    events = []
    try call("Page.navigate", [.init("url", .string("file://" + path))])
    try wait("document.readyState === 'complete' && location.protocol === 'file:'")
  }

  /// The value of an expression of JavaScript, which may be a promise.
  @discardableResult
  package func value(_ expression: String) throws -> JSON {
    let answer = try call(
      "Runtime.evaluate",
      [
        .init("expression", .string(expression)), .init("returnByValue", .bool(true)),
        .init("awaitPromise", .bool(true)), .init("userGesture", .bool(true)),
      ])
    if let exception = answer[key: "exceptionDetails"] {
      throw Failure(description: "\(expression): \(exception.text)")
    }
    return answer[key: "result"]?[key: "value"] ?? .null
  }

  /// Waits until an expression is true.
  package func wait(_ expression: String, seconds: Double = 20) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while try value(expression) != .bool(true) {
      guard Date() < deadline else { throw Failure(description: "never true: \(expression)") }
      usleep(20_000)
    }
  }

  /// Moves the pointer, or presses and releases its button.
  package func point(_ x: Double, _ y: Double, clicks: Bool = false) throws {
    for kind in clicks ? ["mouseMoved", "mousePressed", "mouseReleased"] : ["mouseMoved"] {
      try call(
        "Input.dispatchMouseEvent",
        [
          .init("type", .string(kind)), .init("x", .double(x)), .init("y", .double(y)),
          .init("button", .string(kind == "mouseMoved" ? "none" : "left")),
          .init("clickCount", .integer(kind == "mouseMoved" ? 0 : 1)),
        ])
    }
  }

  /// Presses a key: a character, or `Enter`, `ArrowLeft`, ….
  package func press(_ key: String) throws {
    let text: [JSON.Member] =
      key.count == 1 ? [.init("text", .string(key))] : key == "Enter" ? [.init("text", .string("\r"))] : []
    try call("Input.dispatchKeyEvent", [.init("type", .string("keyDown")), .init("key", .string(key))] + text)
    try call("Input.dispatchKeyEvent", [.init("type", .string("keyUp")), .init("key", .string(key))])
  }

  /// Types text into what has the focus.
  package func type(_ text: String) throws { try call("Input.insertText", [.init("text", .string(text))]) }

  /// The window's size; narrow ones are those of a phone.
  package func resize(_ width: Int, _ height: Int) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      [
        .init("width", .integer(width)), .init("height", .integer(height)), .init("deviceScaleFactor", .integer(2)),
        .init("mobile", .bool(width < 600)),
      ])
  }

  /// Whether the reader's system is dark.
  package func prefersDark(_ isDark: Bool) throws {
    let feature: JSON = .object([
      .init("name", .string("prefers-color-scheme")), .init("value", .string(isDark ? "dark" : "light")),
    ])
    try call("Emulation.setEmulatedMedia", [.init("features", .array([feature]))])
  }

  /// Keeps a picture of the page for whoever asked for pictures with `MEMSH_TEST_SCREENSHOTS`, a folder.
  package func photograph(_ name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["MEMSH_TEST_SCREENSHOTS"] else { return }
    let answer = try call("Page.captureScreenshot")
    guard let picture = Data(base64Encoded: answer[key: "data"]?.stringValue ?? "") else { return }
    try picture.write(to: URL(fileURLWithPath: folder + "/" + name + ".png"))
  }

  /// Everything that a page which only shows data never causes: errors and warnings of the console, what its policy
  /// refused, dialogs, windows, and requests for anything but the page itself.
  package func faults(ofPage path: String) -> [String] {
    events.compactMap { event in
      let parameters = event[key: "params"]
      switch event[key: "method"]?.stringValue {
      case "Runtime.exceptionThrown", "Page.javascriptDialogOpening", "Page.windowOpen": return event.text
      case "Runtime.consoleAPICalled": return event.text
      case "Log.entryAdded":
        let level = parameters?[key: "entry"]?[key: "level"]?.stringValue
        return level == "error" || level == "warning" ? event.text : nil
      case "Network.requestWillBeSent":
        let url = parameters?[key: "request"]?[key: "url"]?.stringValue ?? ""
        return url == "file://" + path || url.hasPrefix("data:") ? nil : event.text
      default: return nil
      }
    }
  }
}
