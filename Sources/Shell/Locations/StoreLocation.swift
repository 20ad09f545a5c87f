import Database
import Foundation
import MemoryModel
import MemoryServices

/// Texts that should say where a store is, and cannot: a URL without its scheme or its host, a variable that nobody has
/// replaced. Taken for paths they would make files and folders that are named after a password.
package enum StoreLocation {
  /// Refuses such a text, without repeating what may be a secret.
  ///
  /// - Throws: `usage`.
  package static func check(_ location: String) throws {
    let location = location.trimmingCharacters(in: .whitespacesAndNewlines)
    try checkHome(location)
    if let scheme = scheme(of: location) {
      switch scheme {
      case "postgresql", "postgres": try checkHosts(location)
      case "sqlite", "file": try checkParameters(location)
      default:
        throw MemshError(.usage, "memsh does not open stores of \(scheme)", hint: kinds)
      }
      return
    }
    guard !location.contains("://") else {
      throw MemshError(.usage, "the store's location is a URL of no known kind", hint: kinds)
    }
    let beginning = location.prefix { $0.isLetter }.lowercased()
    if schemes.contains(beginning),
      ":/".contains(location.dropFirst(beginning.count).prefix(1)),
      !FileManager.default.fileExists(atPath: path(location)), location.count > beginning.count
    {
      throw MemshError(.usage, "the store's URL is not complete: it must begin with postgresql://", hint: kinds)
    }
    guard postgres(location) == nil, !FileManager.default.fileExists(atPath: path(location)) else {
      return
    }
    try checkParameters(location)
    try checkPath(location)
  }

  private static func checkHome(_ location: String) throws {
    guard HomeFolder.path == nil, location == "~" || location.hasPrefix("~/") else { return }
    throw MemshError(
      .usage, "~ stands for no folder: HOME is not set, and the user database knows none",
      hint: "export HOME, or write the whole path")
  }

  /// SQLite's own URIs may end in parameters; memsh's locations do not.
  private static func checkParameters(_ location: String) throws {
    guard location.hasPrefix("file:"), location.contains("?") else { return }
    throw MemshError(.usage, "a file's location takes no parameters such as ?mode=ro", hint: kinds)
  }

  /// What may be passwords in a text that ``check(_:)`` refuses: no printer may show them.
  package static func secrets(in location: String) -> [String] {
    let start = location.firstRange(of: "://")?.upperBound ?? location.startIndex
    guard let colon = location[start...].firstIndex(of: ":") else { return [] }
    let rest = location[location.index(after: colon)...]
    let end = rest.lastIndex(of: "@") ?? rest.endIndex
    return rest[..<end].allSatisfy(\.isNumber) ? [] : [String(rest[..<end])]
  }

  /// The location as libpq reads it; nil for a file.
  package static func postgres(_ location: String) -> String? {
    let text = location.trimmingCharacters(in: .whitespacesAndNewlines)
    let scheme = text.prefix { $0.isLetter }
    if schemes.contains(scheme.lowercased()), text.dropFirst(scheme.count).hasPrefix(":") {
      return scheme.lowercased() + text.dropFirst(scheme.count)
    }
    let name = text.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
    guard name.utf8.count < text.utf8.count, name.allSatisfy({ $0.isLetter || $0 == "_" }) else { return nil }
    return keywords.contains(name.lowercased())
      || text.contains(/\s(?:host|dbname|user|password|service)\s*=/.ignoresCase())
      ? text : nil
  }

  /// Whether a location is that of a file, by its own words: no URL of a server and no named connection.
  static func isFile(_ location: String) -> Bool { !location.hasPrefix("@") && postgres(location) == nil }

  /// The path of a file given as `sqlite:///path`, `file:path`, `~/path` or a path.
  package static func path(_ location: String) -> String {
    let prefix = ["sqlite://", "sqlite:", "file://", "file:"].first(where: location.hasPrefix) ?? ""
    return HomeFolder.expanding(String(location.dropFirst(prefix.count)))
  }

  /// The location as it is understood in every folder.
  package static func absolute(_ location: String) -> String {
    if let connectionString = postgres(location) { return connectionString }
    return URL(fileURLWithPath: path(location)).standardizedFileURL.path
  }

  /// Refuses the path of a file in a folder that is not there: it is a host's name more often than not.
  ///
  /// - Throws: `connection_failed`.
  package static func checkFolder(of location: String) throws {
    guard postgres(location) == nil else { return }
    let path = path(location)
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    guard !FileManager.default.fileExists(atPath: folder) else { return }
    throw MemshError(
      .connectionFailed, "there is no folder \(folder) for a store \(path[path.index(after: slash)...])",
      hint: "make the folder first; a PostgreSQL database is written postgresql://user@host:port/database")
  }

  private static let schemes = ["postgresql", "postgres"]
  private static let keywords = [
    "host", "hostaddr", "dbname", "service", "user", "port", "password", "passfile", "sslmode", "options",
    "application_name", "connect_timeout", "target_session_attrs",
  ]
  private static let kinds = "a store is postgresql://user@host:port/database or the path of a SQLite file"

  /// What stands before `://`, if it is the name of a scheme.
  private static func scheme(of location: String) -> String? {
    guard let end = location.firstRange(of: "://")?.lowerBound, let first = location.first, first.isLetter,
      location[..<end].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
    else { return nil }
    return location[..<end].lowercased()
  }

  /// libpq quotes a port that it cannot read, which is the password where the host is missing.
  private static func checkHosts(_ url: String) throws {
    guard let scheme = url.firstRange(of: "://") else { return }
    let rest = url[scheme.upperBound...]
    let authority = rest.prefix { !"/?".contains($0) }
    let hosts = authority.firstIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    for host in hosts.split(separator: ",") {
      let port = host.hasPrefix("[") ? host.drop { $0 != "]" }.dropFirst() : host.drop { $0 != ":" }
      guard port.isEmpty || port == ":" || (port.first == ":" && UInt16(port.dropFirst()) != nil) else {
        throw MemshError(
          .usage, "the store's URL has no host, or its port is not a number",
          hint:
            "write postgresql://user@host:port/database, the password behind the user and a colon; in it / is %2F, @ is %40"
        )
      }
    }
    if let name = variable(in: String(hosts)) { throw unexpanded(name) }
  }

  private static func checkPath(_ location: String) throws {
    let first = location.prefix { $0 != "/" }
    let isPath = ["", ".", "..", "~"].contains(first)
    if let at = location.lastIndex(of: "@") {
      let folder = location.lastIndex(of: "/").map { String(location[..<$0]) }
      let isInFolder = folder.map { FileManager.default.fileExists(atPath: path($0)) } ?? true
      guard !location[..<at].contains(":") || isPath && isInFolder, isInFolder else {
        throw MemshError(
          .usage, "the store's location is not complete: a URL must begin with postgresql://",
          hint: kinds + "; a file with an @ in its name is written ./NAME")
      }
    }
    if let name = variable(in: location) { throw unexpanded(name) }
    let port = first.drop { $0 != ":" }.dropFirst()
    let isFolder = FileManager.default.fileExists(atPath: String(first))
    if !isPath, !isFolder, first.count < location.count, UInt16(port) != nil {
      throw MemshError(.usage, "the store's URL is not complete: it must begin with postgresql://", hint: kinds)
    }
  }

  /// The first `$NAME` or `${NAME}` of a text.
  private static func variable(in text: String) -> String? {
    // Making the pattern takes longer than most commands have to do at their start.
    guard text.contains("$") else { return nil }
    return text.firstMatch(of: /\$(?:\{[A-Za-z_][A-Za-z0-9_:]*\}|[A-Za-z_][A-Za-z0-9_]*)/).map { String($0.output) }
  }

  private static func unexpanded(_ name: String) -> MemshError {
    let plain = name.filter { !"${}".contains($0) }.replacing("ENV:", with: "")
    return MemshError(
      .usage, "\(name) in the store's location was not replaced by a value",
      hint: "a script writes ${ENV:\(plain)}; or leave the location out: DATABASE_URL is used by itself")
  }
}
