import Foundation
import MemoryModel

/// A store with a name of its own, and what to call a connection to it.
package struct NamedConnection: Sendable, Equatable {
  /// The name, as it stands behind `@`.
  package let name: String
  /// A URL, a libpq string or an absolute path; it holds no password.
  package let location: String
  /// What the connection is called in the prompt.
  package let label: ConnectionLabel?

  /// Names a store.
  package init(name: String, location: String, label: ConnectionLabel?) {
    self.name = name
    self.location = location
    self.label = label
  }
}

/// The connections of `connections.json`: `{"prod": {"location": "postgresql://…", "label": "production"}}`.
package struct NamedConnections: Sendable, Equatable {
  /// All of them, by name.
  package private(set) var all: [NamedConnection]

  /// Begins with none.
  package init() { all = [] }

  /// Reads the file's text.
  ///
  /// - Throws: `usage` with what is wrong.
  package init(text: String) throws {
    guard let json = try? JSONParser.parse(text), case .object(let members) = json else {
      throw NamedConnections.unreadable("it is not a JSON object")
    }
    all = try members.map { member in
      guard let location = member.value[key: "location"]?.stringValue, !location.isEmpty else {
        throw NamedConnections.unreadable("the connection \(member.key) has no \"location\"")
      }
      return NamedConnection(
        name: member.key, location: location, label: member.value[key: "label"]?.stringValue.map(ConnectionLabel.init))
    }
    sort()
  }

  /// The file's text.
  package var text: String {
    JSON.object(
      all.map { connection in
        JSON.Member(
          connection.name,
          .object(
            [.init("location", .string(connection.location))]
              + (connection.label.map { [.init("label", .string($0.name))] } ?? [])))
      }
    ).prettyText + "\n"
  }

  /// The connection with a name.
  ///
  /// - Throws: `not_found` with the names that there are.
  package func named(_ name: String) throws -> NamedConnection {
    guard let found = all.first(where: { $0.name == name }) else {
      let names = all.map { "@" + $0.name }.joined(separator: ", ")
      throw MemshError(
        .notFound, "there is no connection named \(name)",
        hint: (all.isEmpty ? "" : "there are \(names); ")
          + "`connections add \(NamedConnections.isName(name) ? name : "NAME") LOCATION` adds one")
    }
    return found
  }

  /// Adds a connection, or gives another place to the one of that name.
  package mutating func set(_ connection: NamedConnection) {
    all.removeAll { $0.name == connection.name }
    all.append(connection)
    sort()
  }

  /// Takes a connection out.
  ///
  /// - Throws: `not_found`.
  package mutating func remove(_ name: String) throws {
    _ = try named(name)
    all.removeAll { $0.name == name }
  }

  /// Whether a text can be typed behind an `@`: letters, digits, `.`, `_` and `-`.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && $0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0)
      }
  }

  private mutating func sort() { all.sort { $0.name < $1.name } }

  private static func unreadable(_ why: String) -> MemshError {
    MemshError(
      .usage, "the file of the named connections cannot be read: \(why)",
      hint: #"it holds {"NAME": {"location": "postgresql://user@host/database", "label": "production"}}"#)
  }
}
