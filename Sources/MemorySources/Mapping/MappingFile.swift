import Database
import MemoryModel

/// A file that says how a table is to be read: `{table: …, live: …, map: {content: …}}`, in YAML.
package enum MappingFile {
  private static let bytesMaximum = 1 << 20

  /// Puts what a file says into a selection; what is chosen there already stays.
  ///
  /// - Throws: `source_not_found` for a file that is not there, `usage` for one of another form.
  package static func read(_ path: String, into selection: inout SourceSelection) throws {
    let text = try WholeFile.text(path, limitBytes: bytesMaximum, takesPipes: true, code: .sourceNotFound)
    func wrong(_ what: String, cause: String? = nil) -> MemshError {
      MemshError(
        .usage, "\(path) \(what)", hint: "it looks like {table: notes, map: {content: body, user: owner}}", cause: cause
      )
    }
    let document: JSON
    do { document = try YAML.json(text) } catch { throw wrong("is not valid YAML", cause: "\(error)") }
    guard case .object(let members) = document else { throw wrong("does not say how a table is read") }
    for member in members {
      switch (member.key, member.value) {
      case ("table", .string(let name)): selection.table = selection.table ?? name
      case ("live", .string(let condition)): selection.liveCondition = selection.liveCondition ?? condition
      case ("map", .object(let parts)):
        for part in parts {
          guard let role = SourceRole(rawValue: part.key) else {
            throw wrong("has the part '\(part.key)', which is not one of \(SourceRole.list)")
          }
          guard case .string(let value) = part.value else { throw wrong("names no column for the part \(part.key)") }
          guard selection.mapping.updateValue(value, forKey: role) == nil else {
            throw wrong("has the part \(part.key) twice")
          }
        }
      default: throw wrong("has a member '\(member.key)' that it should not have, or of another kind")
      }
    }
    guard !selection.mapping.isEmpty else { throw wrong("has no map") }
  }
}
