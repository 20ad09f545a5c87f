import MemoryModel
import MemoryServices

extension SearchReport {
  /// Why a search that asked for nothing else went by words alone; nil where it did not.
  func wordsNotice(for request: SearchRequest) -> String? {
    guard request.mode == nil, mode == .lexical else { return nil }
    return "searched by words only: nothing here makes the store's vectors; \(EmbeddingSpace.naming)"
  }
}
