import Foundation
import MemoryModel
import MemoryServices
import PostgresDriver
import Shell

extension SessionServices {
  /// The services of this process, whose completion waits `completionMilliseconds` for a store.
  init(
    environment: Environment, interruption: Interruption, console: TerminalConsole, running: RunningStores,
    completionMilliseconds: Int = 120
  ) {
    let paths = SessionPaths(environment)
    self.init(
      stores: Stores(
        environment: environment, paths: paths, redactor: console.redactor, running: running,
        interruption: interruption, completionMilliseconds: completionMilliseconds),
      embedders: Embedders(environment: environment, paths: paths, interruption: interruption, console: console),
      paths: paths, files: Files(), clock: .system)
  }
}

extension Environment {
  /// The environment of this process, with `.env` in the working directory behind it.
  static func ofProcess() -> Environment {
    let process = ProcessInfo.processInfo.environment
    let environment = Environment(
      process: process, file: EnvironmentFile(path: ".env", beside: process),
      parameters: PostgresDriver.parameters(inside:))
    // libpq reads the password from the process.
    if let password = environment.passwordOfFile { setenv("PGPASSWORD", password, 0) }
    return environment
  }
}

extension SessionPaths {
  init(_ environment: Environment) {
    self.init(
      data: environment.folder("XDG_DATA_HOME", defaultBelowHome: ".local/share"),
      state: environment.folder("XDG_STATE_HOME", defaultBelowHome: ".local/state"),
      cache: environment.folder("XDG_CACHE_HOME", defaultBelowHome: ".cache"),
      config: environment.folder("XDG_CONFIG_HOME", defaultBelowHome: ".config"),
      defaultSource: environment["MEMORY_SQLITE_PATH"])
  }
}

extension SessionOwner {
  init(_ environment: Environment) {
    self.init(
      name: {
        let user = environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
      },
      process: "\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8))")
  }
}

extension SessionClock {
  /// The clock of this machine.
  static let system = SessionClock(
    wall: {
      var clock = timespec()
      clock_gettime(CLOCK_REALTIME, &clock)
      return Timestamp(microseconds: Int64(clock.tv_sec) * 1_000_000 + Int64(clock.tv_nsec) / 1_000)
    }, wait: { Thread.sleep(forTimeInterval: $0.seconds) })
}
