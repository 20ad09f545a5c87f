import Database
import MemoryModel

/// Turns a row as a source holds it into the fields of a memory, or says why that cannot be done.
///
/// The one place that decides what is acceptable; every reader of foreign files goes through it.
struct RowNormalizer {
  /// What dates are when the source has none.
  let migrationTime: Timestamp

  /// Why a row cannot be written.
  struct Rejection: Error, Equatable {
    /// A stable word for machines.
    let reason: String
    /// What was found, for people.
    let detail: String
  }

  /// The fields of a row; its embedding is left to ``EmbeddingPlan``.
  func accept(_ row: SourceRow) throws(Rejection) -> PreparedRow {
    if let fault = row.fault { throw Rejection(reason: "unreadable_row", detail: fault) }
    let content = try text(row.content, column: "content") ?? ""
    guard content.contains(where: { !$0.isWhitespace }) else {
      throw Rejection(reason: "empty_content", detail: "the content is empty")
    }
    let userID = try text(row.userID, column: "user_id") ?? ""
    guard !userID.isEmpty else { throw Rejection(reason: "missing_user_id", detail: "the user id is empty") }
    let metadata = try metadata(of: row)
    // The legacy system's later versions kept both of these in the metadata only.
    let category = try text(row.category, column: "category") ?? metadata[key: "category"]?.stringValue
    let importance =
      try number(row.importanceScore, column: "importance_score")
      ?? (metadata[key: "importance_score"] ?? metadata[key: "importance"])?.doubleValue.flatMap {
        $0.isFinite ? $0 : nil
      }
    let accesses = try accessCount(row.accessCount)
    let accessed = try timestamp(row.lastAccessedAt, column: "last_accessed_at")
    let updated = try timestamp(row.updatedAt, column: "updated_at")
    let created = try timestamp(row.createdAt, column: "created_at") ?? updated ?? migrationTime

    let fields = MemoryFields(
      userID: userID, content: content, metadata: metadata, category: category,
      importanceScore: importance ?? MemoryFields.defaultImportance, accessCount: accesses,
      lastAccessedAt: accessed, createdAt: created, updatedAt: updated ?? created)
    if let (column, reason) = fields.refusal {
      throw Rejection(
        reason: column == .metadata ? "invalid_metadata" : "\(column.name)_too_long", detail: reason)
    }
    return PreparedRow(foreign: ForeignRow(row), oldID: nil, key: row.key, fields)
  }

  private func text(_ value: SourceValue, column: String) throws(Rejection) -> String? {
    switch value {
    case .null: return nil
    case .integer(let number): return String(number)
    case .real(let number): return "\(number)"
    case .text(let text): return text
    case .bytes(let bytes, let isText):
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      let what = isText ? "text" : "blob"
      throw Rejection(reason: "invalid_utf8", detail: "the \(what) in \(column) is not valid UTF-8")
    case .json(.null): return nil
    case .json(.string(let text)), .json(.number(let text)): return text
    case .json(let json): return json.text
    }
  }

  private func number(_ value: SourceValue, column: String) throws(Rejection) -> Double? {
    switch value {
    case .null: return nil
    case .integer(let number): return Double(number)
    case .real(let number) where number.isFinite: return number
    default:
      if let text = try text(value, column: column), let number = Double(text), number.isFinite {
        return number
      }
      throw Rejection(reason: "invalid_\(column)", detail: "\(column) is not a finite number: \(value.shown)")
    }
  }

  private func accessCount(_ value: SourceValue) throws(Rejection) -> Int64 {
    let count = try number(value, column: "access_count") ?? 0
    guard (0...Double(Int32.max)).contains(count) else {
      throw Rejection(reason: "invalid_access_count", detail: "access_count does not fit: \(value.shown)")
    }
    return Int64(count.rounded())
  }

  private func timestamp(_ value: SourceValue, column: String) throws(Rejection) -> Timestamp? {
    let moment: Timestamp?
    switch value {
    case .null: return nil
    case .integer(let number): moment = Timestamp(epoch: Double(number))
    case .real(let number): moment = Timestamp(epoch: number)
    case .text(let text) where text.isEmpty: return nil
    case .text(let text): moment = Timestamp(parsing: text)
    case .bytes: moment = nil
    case .json(let json):
      guard json != .null else { return nil }
      moment = json.doubleValue.flatMap(Timestamp.init(epoch:)) ?? json.stringValue.flatMap(Timestamp.init(parsing:))
    }
    guard let moment, Timestamp.storable.contains(moment) else {
      throw Rejection(reason: "invalid_timestamp", detail: "\(column) is not a date: \(value.shown)")
    }
    return moment
  }

  /// The row's metadata as an object, with what memsh has no column for: the foreign id, collection and state, and
  /// unknown columns.
  ///
  /// Metadata that is JSON but no object is kept under `value`. Nothing is overwritten: a column whose name the
  /// metadata has already with another value, and a `legacy_id` of its own, go to `legacy_columns`.
  private func metadata(of row: SourceRow) throws(Rejection) -> JSON {
    var metadata = JSON.object([])
    switch try parsed(row.metadata) {
    case .object(let members): metadata = .object(members)
    case .null: break
    case let other: metadata = .object([JSON.Member("value", other)])
    }
    var collisions: [JSON.Member] = []
    let marks = [
      ("legacy_id", row.legacyID), ("legacy_collection", row.collection),
      ("legacy_state", row.state == .live ? nil : row.state.rawValue),
    ]
    for case let (name, mark?) in marks {
      if let own = metadata[key: name], own != .string(mark) { collisions.append(JSON.Member(name, own)) }
      metadata = metadata.setting(name, to: .string(mark))
    }
    let columns = row.otherColumns.filter { $0.value != .null }
    if case .object(var members) = metadata, !columns.isEmpty {
      // A table may have thousands of columns.
      var places = Dictionary(
        members.enumerated().map { (ExactText($1.key), $0) }, uniquingKeysWith: { first, _ in first })
      for column in columns {
        let member = JSON.Member(column.name, column.value.json)
        if let place = places[ExactText(column.name)] {
          if !JSON.areIdentical(members[place].value, member.value) { collisions.append(member) }
        } else {
          places[ExactText(column.name)] = members.count
          members.append(member)
        }
      }
      metadata = .object(members)
    }
    if !collisions.isEmpty { metadata = metadata.setting("legacy_columns", to: .object(collisions)) }
    return metadata
  }

  private func parsed(_ metadata: SourceValue) throws(Rejection) -> JSON {
    if case .json(let json) = metadata { return json }
    guard let text = try text(metadata, column: "metadata"), !text.isEmpty else { return .null }
    do { return try JSONParser.parse(text) } catch {
      throw Rejection(reason: "invalid_metadata", detail: "metadata is not valid JSON: \(error)")
    }
  }
}

/// A row on its way from a source into the store, as it will be written: but for its id, and for a vector that is still to
/// be checked or computed.
struct PreparedRow: Sendable {
  /// The row of another system; nil for a memory of a store like this one, taken over as it is.
  let foreign: ForeignRow?
  /// The id it had in another store.
  let oldID: Int64?
  /// What identifies it within its source, across runs.
  let key: String
  /// What will be written.
  var fields: MemoryFields
  /// The sha256 of the content, in hexadecimal.
  let contentHash: String
  /// How many NUL characters were replaced.
  let nulReplaced: Int

  init(foreign: ForeignRow?, oldID: Int64?, key: String, _ fields: MemoryFields) {
    self.foreign = foreign
    self.oldID = oldID
    self.key = key
    nulReplaced = fields.nulCount
    self.fields = nulReplaced > 0 ? fields.replacingNUL : fields
    contentHash = ContentHash.hex(of: self.fields.content)
  }
}

/// A row of another system, shared by all copies of what is made from it: a copy of the row itself counts the references
/// of each of its values.
final class ForeignRow: Sendable {
  let row: SourceRow

  init(_ row: SourceRow) { self.row = row }
}

/// A row of another system that cannot be written.
struct RejectedRow: Error {
  let source: SourceRow
  let rejection: RowNormalizer.Rejection
}

extension RowNormalizer {
  /// Does to a record what needs no store, so that it can be done on the reading thread.
  func prepare(_ record: SourceRecord) -> Result<PreparedRow, RejectedRow> {
    switch record {
    case .stored(let memory):
      return .success(
        PreparedRow(foreign: nil, oldID: memory.id, key: "memory:\(memory.id)", memory.fields))
    case .foreign(let row):
      do throws(Rejection) { return .success(try accept(row)) } catch {
        return .failure(RejectedRow(source: row, rejection: error))
      }
    }
  }
}
