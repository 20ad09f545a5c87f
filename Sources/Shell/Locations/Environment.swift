import Foundation

/// The environment variables memsh reads, with those of a `.env` file in the working directory behind them; see
/// ``EnvironmentFile`` for what such a file may say.
package struct Environment: Sendable {
  private let values: [String: String]
  private let file: [String: String]
  /// What of the `.env` file is not used, and why.
  package private(set) var notices: [String]
  /// The store that DATABASE_URL names, as it is to be opened; nil where it is not set.
  package let databaseURL: String?

  /// Puts both together; the real environment wins.
  ///
  /// - Parameter parameters: The parameters of a location as libpq reads it; none for anything else.
  package init(process: [String: String], file: EnvironmentFile, parameters: (_ location: String) -> [String: String]) {
    notices = file.notices
    var taken = file.values
    // As it will be opened, whatever the case of its scheme and the spaces around it.
    taken["DATABASE_URL"] = taken["DATABASE_URL"].map { StoreLocation.postgres($0) ?? $0 }
    if let url = taken["DATABASE_URL"], let parameter = FileLocation.foreignParameter(of: parameters(url)) {
      notices.append(".env: DATABASE_URL is not used, because of its parameter \(parameter)")
      taken["DATABASE_URL"] = nil
    }
    self.file = taken
    values = taken.merging(process) { file, real in real.isEmpty ? file : real }
    let isFile = taken["DATABASE_URL"] != nil
    databaseURL = values["DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
      .map { isFile ? FileLocation.fenced($0, hasParameters: !parameters($0).isEmpty) : $0 }
  }

  /// The password of a `.env` file: its own, wherever it goes.
  package var passwordOfFile: String? { file["PGPASSWORD"] }

  /// All variables, for `${ENV:NAME}`.
  package var all: [String: String] { values }

  /// A variable that is set and not empty.
  package subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// The PostgreSQL database that libpq's own variables name; nil where there are none.
  package var postgresLocation: String? {
    let places = EnvironmentFile.places.compactMap { name, parameter in file[name].map { (parameter, $0) } }
    let isNamed = ["PGSERVICE", "PGHOST", "PGDATABASE"].contains { self[$0] != nil }
    return isNamed ? FileLocation.url(places) : nil
  }

  /// A folder of the XDG base directory specification, such as XDG_DATA_HOME, with memsh's own name in it.
  package func folder(_ variable: String, defaultBelowHome: String) -> String {
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
  static func fenced(_ location: String, hasParameters: Bool) -> String {
    guard location.hasPrefix("postgres") else { return hasParameters ? location + " " + fence : location }
    guard location.contains("://") else { return location }
    return location + (location.contains("?") ? "&" : "?") + fence
  }

  /// A parameter that would bring another user's secret along, or take it elsewhere than the host's name says.
  static func foreignParameter(of parameters: [String: String]) -> String? {
    ["hostaddr", "passfile", "service", "sslkey", "sslpassword"].first { parameters[$0] != nil }
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
