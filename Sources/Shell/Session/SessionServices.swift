import MemoryModel

/// What a session needs from the program around it: the composition root knows every backend, the shell none.
package struct SessionServices {
  /// Opens stores and sources.
  package let stores: any StoreAccess
  /// Makes embedders.
  package let embedders: any EmbedderAccess
  /// Where memsh keeps its own files.
  package let paths: SessionPaths
  /// Reads and writes files.
  package let files: any FileAccess
  /// Tells the time.
  package let clock: SessionClock

  /// Puts them together.
  package init(
    stores: any StoreAccess, embedders: any EmbedderAccess, paths: SessionPaths, files: any FileAccess,
    clock: SessionClock
  ) {
    self.stores = stores
    self.embedders = embedders
    self.paths = paths
    self.files = files
    self.clock = clock
  }
}

/// Who runs a session, as the journal has it.
package struct SessionOwner: Sendable {
  /// What tells this memsh process from all others.
  package let process: String
  private let findName: @Sendable () -> String

  /// Names an owner.
  ///
  /// - Parameter name: `user@host`; looked up when it is asked for, which a command that changes nothing never does.
  package init(name: @escaping @Sendable () -> String, process: String) {
    findName = name
    self.process = process
  }

  /// `user@host`.
  package var name: String { findName() }
}
