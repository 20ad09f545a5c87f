internal import CLibPQ

/// Where a connection goes to, without the password.
package struct PostgresAddress: Sendable, Equatable {
  /// The role.
  package var user: String
  /// The host's name, or the folder of a Unix socket.
  package var host: String
  /// The port.
  package var port: String
  /// The database.
  package var database: String

  /// `postgresql://ada@localhost:5432/agents`
  package var url: String {
    let isSocket = host.hasPrefix("/")
    let authority = isSocket ? "" : host + (port.isEmpty || port == "5432" ? "" : ":\(port)")
    let query = isSocket ? "?host=\(host)" + (port == "5432" || port.isEmpty ? "" : "&port=\(port)") : ""
    return "postgresql://\(user.isEmpty ? "" : user + "@")\(authority)/\(database)\(query)"
  }

  /// Reads a URL or `key=value` string without connecting. What it does not say comes from libpq's environment.
  ///
  /// - Throws: ``PostgresError`` of kind `invalidConnectionString`, or `missingLibrary`.
  package init(connectionString: String) throws {
    try PostgresLibrary.check()
    var fields = PostgresAddress.environmentFields()
    for (name, value) in try PostgresAddress.parse(connectionString) { fields[name] = value }
    self.init(
      user: fields["user"] ?? "", host: fields["host"] ?? fields["hostaddr"] ?? "localhost",
      port: fields["port"] ?? "", database: fields["dbname"] ?? fields["user"] ?? "")
  }

  init(user: String, host: String, port: String, database: String) {
    self.user = user
    self.host = host
    self.port = port
    self.database = database
  }

  /// What a connection string says, by libpq's names; nothing where it cannot be read.
  package static func parameters(inside connectionString: String) -> [String: String] {
    ((try? parse(connectionString)) ?? [:]).filter { !$0.value.isEmpty }
  }

  /// The password inside a connection string, so that a printer can keep it out of what it prints.
  package static func password(inside connectionString: String) -> String? {
    try? parse(connectionString)["password"]
  }

  private static func parse(_ text: String) throws -> [String: String] {
    try PostgresLibrary.check()
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &message) else {
      defer { PQfreemem(message) }
      let reason = message.map { String(cString: $0) } ?? "out of memory"
      throw PostgresError(
        kind: .invalidConnectionString,
        message: reason.split(separator: "\n").first.map(String.init) ?? "unreadable")
    }
    return fields(of: options)
  }

  private static func environmentFields() -> [String: String] {
    PQconndefaults().map(fields(of:)) ?? [:]
  }

  private static func fields(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    defer { PQconninfoFree(options) }
    var fields: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { fields[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return fields
  }
}
