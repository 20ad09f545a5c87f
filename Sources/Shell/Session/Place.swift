import Database
import MemoryModel
import MemoryServices

/// Where a session finds a store, and what it calls the connection.
struct Place {
  /// A URL, a libpq string or a path; its password included.
  let location: String
  /// What the connection is called.
  var label: ConnectionLabel?
  /// The name behind `@`, where it was found by one.
  var name: String?
  /// Whether a SQLite file need not be there yet: the configured one, and what `connect --create` names.
  var mayBeAbsent = false
}

extension Session {
  /// The place that a location means: `@NAME` is a named connection, everything else the location itself.
  ///
  /// - Parameter label: Goes before the connection's own.
  /// - Throws: `not_found` for an unknown name.
  func place(_ location: String, label: ConnectionLabel? = nil) throws -> Place {
    guard location.hasPrefix("@") else { return Place(location: location, label: label) }
    let connection = try namedConnections().named(String(location.dropFirst()))
    return Place(location: connection.location, label: label ?? connection.label, name: connection.name)
  }

  /// The named connections.
  ///
  /// - Throws: `file_failed` for a file that others may write, `usage` for one that cannot be read.
  func namedConnections() throws -> NamedConnections {
    guard files.exists(paths.connections) else { return NamedConnections() }
    if let danger = files.danger(of: paths.connections) {
      throw MemshError(
        .fileFailed, "\(paths.connections) is not read: \(danger)",
        hint: "other users could change where your memories go: chmod go-w it and its folder")
    }
    return try NamedConnections(text: files.script(paths.connections))
  }

  /// Keeps the named connections.
  func keep(_ connections: NamedConnections) throws {
    try files.makeFolder(of: paths.connections)
    try files.write(connections.text, to: paths.connections)
  }
}
