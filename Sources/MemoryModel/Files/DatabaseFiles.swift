import Foundation

/// The files that belong to a SQLite database.
package enum DatabaseFiles {
  /// What stands behind a database's name in the names of the files beside it.
  package static let suffixes = ["-wal", "-shm", "-journal", "-vectors"]

  /// Makes sure that SQLite, which opens what it finds under these names, does not wait for a pipe.
  ///
  /// - Throws: An error that names what is not a file.
  package static func refusePipes(_ path: String, code: ErrorCode) throws(MemshError) {
    for file in [path] + suffixes.filter({ $0 != "-vectors" }).map({ path + $0 }) {
      var status = stat()
      guard stat(file, &status) == 0, [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT) else { continue }
      throw MemshError(
        code, "\(file) is a pipe or a device, not a file",
        hint: file == path ? "name a file" : "move it away: mv \(file.shellWord) ELSEWHERE")
    }
  }
}
