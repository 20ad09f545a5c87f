import Foundation
import PostgresDriver
import Shell

/// The environment variables memsh reads, with those of a `.env` file in the working directory behind them; see
/// ``EnvironmentFile`` for what such a file may say.
struct Environment: Sendable {
  private let values: [String: String]
  private let file: [String: String]
  /// What of the `.env` file is not used, and why.
  private(set) var notices: [String]

  /// Reads the process's environment and `.env`; the real environment wins.
  init(process: [String: String]) {
    let read = EnvironmentFile(path: ".env", beside: process)
    notices = read.notices
    var taken = read.values
    if let url = taken["DATABASE_URL"], let parameter = FileLocation.foreignParameter(of: url) {
      notices.append(".env: DATABASE_URL is not used, because of its parameter \(parameter)")
      taken["DATABASE_URL"] = nil
    }
    // libpq reads the password from the process. It is the file's own, wherever it goes.
    if let password = taken["PGPASSWORD"] { setenv("PGPASSWORD", password, 0) }
    file = taken
    values = taken.merging(process) { file, real in real.isEmpty ? file : real }
  }

  /// All variables, for `${ENV:NAME}`.
  var all: [String: String] { values }

  /// A variable that is set and not empty.
  subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// The store that DATABASE_URL names, as it is to be opened; nil where it is not set.
  var databaseURL: String? {
    self["DATABASE_URL"].map { file["DATABASE_URL"] == nil ? $0 : FileLocation.fenced($0) }
  }

  /// The PostgreSQL database that libpq's own variables name; nil where there are none.
  var postgresLocation: String? {
    let places = EnvironmentFile.places.compactMap { name, parameter in file[name].map { (parameter, $0) } }
    let isNamed = ["PGSERVICE", "PGHOST", "PGDATABASE"].contains { self[$0] != nil }
    return isNamed ? FileLocation.url(places) : nil
  }

  /// A folder of the XDG base directory specification, such as XDG_DATA_HOME, with memsh's own name in it.
  func folder(_ variable: String, defaultBelowHome: String) -> String {
    // The specification tells programs to ignore relative paths in these variables.
    if let folder = self[variable], folder.hasPrefix("/") { return folder + "/memsh" }
    return (HomeFolder.path ?? HomeFolder.missing) + "/" + defaultBelowHome + "/memsh"
  }
}

/// Locations that a `.env` file names: no secret but the file's own goes there.
private enum FileLocation {
  /// Names no file, so that libpq finds no password of anybody's.
  private static let fence = "passfile=\(HomeFolder.missing)/pgpass"

  /// A location of PostgreSQL without `~/.pgpass`; any other as it is.
  static func fenced(_ location: String) -> String {
    guard location.hasPrefix("postgres") else {
      return PostgresDriver.parameters(inside: location).isEmpty ? location : location + " " + fence
    }
    guard location.contains("://") else { return location }
    return location + (location.contains("?") ? "&" : "?") + fence
  }

  /// A parameter that would bring somebody else's secret along, or take it elsewhere than the host's name says.
  static func foreignParameter(of location: String) -> String? {
    let parameters = PostgresDriver.parameters(inside: location)
    return ["hostaddr", "passfile", "service", "sslkey", "sslpassword"].first { parameters[$0] != nil }
  }

  /// A URL of libpq's parameters; without any, all of them come from the environment.
  static func url(_ parameters: [(name: String, value: String)]) -> String {
    guard !parameters.isEmpty else { return "postgresql://" }
    let query = parameters.map { parameter in
      let value = parameter.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
      return "\(parameter.name)=\(value ?? "")"
    }
    return "postgresql:///?" + (query.sorted() + [fence]).joined(separator: "&")
  }
}
