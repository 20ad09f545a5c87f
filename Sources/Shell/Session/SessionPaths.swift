import Database
import Foundation
import MemoryModel
import MemoryServices

/// Where memsh keeps its own files: folders of the XDG base directory specification, with memsh's name in them.
package struct SessionPaths: Sendable {
  private let data: String
  private let state: String
  private let cache: String
  private let config: String
  /// Where memories are migrated from by default.
  package let defaultSource: String

  /// - Parameter defaultSource: What MEMORY_SQLITE_PATH says; nil takes the store itself.
  package init(data: String, state: String, cache: String, config: String, defaultSource: String?) {
    self.data = data
    self.state = state
    self.cache = cache
    self.config = config
    self.defaultSource = defaultSource ?? data + "/memory.db"
  }

  /// The store by default.
  package var store: String { data + "/memory.db" }
  /// The folder of the models that embed on this machine.
  package var models: String { data + "/models" }
  /// The vectors that were paid for.
  package var embeddingCache: String { cache + "/embeddings.db" }
  /// The tokenizers of those models, in a form that is quicker to read.
  package var tokenizers: String { cache + "/tokenizers" }
  /// Which models were seen to have made the vectors of stores that do not say so.
  package var originNotes: String { cache + "/origins" }
  /// The commands typed at the prompt.
  package var history: String { state + "/history" }
  /// The script that runs when a session at the prompt begins.
  package var startUpFile: String { config + "/rc.memsh" }
  /// The named connections.
  package var connections: String { config + "/connections.json" }

  /// A new file for the rejected rows of a migration from a location.
  package func rejects(of location: String, at moment: Timestamp) -> String {
    // What a URL ends in may be its password.
    let name =
      StoreLocation.postgres(location) != nil
      ? "postgresql" : URL(fileURLWithPath: location).deletingPathExtension().lastPathComponent
    return "\(state)/rejects/\(name)-\(stamp(moment)).jsonl"
  }

  /// A new file for a copy of a store that is about to be emptied.
  package func backup(of store: StoreIdentity, at moment: Timestamp) -> String {
    "\(state)/backups/\(store.name.replacing("/", with: "_"))-\(stamp(moment)).db"
  }

  private func stamp(_ moment: Timestamp) -> String { moment.iso8601.replacing(":", with: "") }
}
