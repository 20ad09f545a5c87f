import Database
import MemoryModel
import MemoryServices

extension EmbeddingEffort {
  /// The account as commands show it.
  var fields: [ResultRecord.Field] {
    [
      .init("texts", .integer(texts)), .init("cached", .integer(cachedTexts)), .init("tokens", .count(tokens)),
      .init("dollars", dollars.map { .double($0, places: 4) } ?? .null),
    ]
  }
}
