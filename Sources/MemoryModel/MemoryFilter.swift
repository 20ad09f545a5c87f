/// Which memories a command is about. Every part that is given must hold.
package struct MemoryFilter: Sendable, Equatable {
  /// Only this user's.
  package var userID: String?
  /// Only of this category.
  package var category: String?
  /// Only with an importance of at least this.
  package var minimumImportance: Double?
  /// Only created at this moment or later.
  package var since: Timestamp?
  /// Only created before this moment.
  package var until: Timestamp?
  /// Only with these values in the metadata.
  package var metadata: [MetadataCondition] = []

  /// Creates a filter; without arguments it lets everything pass.
  package init(userID: String? = nil, category: String? = nil, minimumImportance: Double? = nil) {
    self.userID = userID
    self.category = category
    self.minimumImportance = minimumImportance
  }

  /// Whether everything passes.
  package var isEmpty: Bool { self == MemoryFilter() }
}

/// A value that a memory's metadata must have: `metadata.source=chat`.
///
/// What is compared is text: a JSON string without its quotes, `true`, `false`, or a number as it is written. Null
/// and a path that does not exist equal nothing.
package struct MetadataCondition: Sendable, Equatable {
  /// The keys that lead from the metadata object to the value.
  package let path: [String]
  /// The value as text.
  package let value: String

  /// Reads `metadata.path.to=value`; nil when it has another form. A key cannot contain a dot, `=`
  /// or a quote, and a number is none: the stores differ in whether it is a place in an array.
  package init?(parsing text: String) {
    let prefix = "metadata."
    guard text.hasPrefix(prefix), let equals = text.firstIndex(of: "=") else { return nil }
    path = text[..<equals].dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
      .map(String.init)
    value = String(text[text.index(after: equals)...])
    guard path.allSatisfy(MetadataCondition.canName) else { return nil }
  }

  /// Whether a key can stand in a condition.
  package static func canName(_ key: String) -> Bool {
    !key.isEmpty && !key.contains { ".=\"".contains($0) } && Int(key) == nil
  }
}

extension Timestamp {
  /// Reads a date, a moment, or a span back from now such as `90s`, `30m`, `12h`, `7d`, `2w`, `1y` (365 days).
  ///
  /// - Returns: nil for anything else, and for what lies outside the years 1 to 9999.
  package init?(dateOrSpan text: String, now: Timestamp) {
    let seconds: [Character: Double] = [
      "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000,
    ]
    if let unit = text.last.flatMap({ seconds[$0] }), let count = Double(text.dropLast()), count >= 0,
      count * unit < 6e10
    {
      self.init(microseconds: now.microseconds - Int64(count * unit * 1e6))
    } else {
      self.init(parsing: text)
    }
    guard Timestamp.storable.contains(self) else { return nil }
  }
}
