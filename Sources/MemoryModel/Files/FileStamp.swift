import Foundation

/// What tells whether some files are still those that they were, without reading them: which file it is, its size, and
/// when it was changed. A change's time is the system's own, which no program sets.
package struct FileStamp: Sendable, Equatable {
  /// A few numbers for each file; zeros for one that is not there.
  package let numbers: [Int64]
  private let changedAt: Double

  /// Right after a change another one may carry the same time: clocks of file systems tick.
  private static let secondsToSettle = 0.05

  /// Looks at files.
  package init(_ paths: [String]) {
    var numbers: [Int64] = []
    var changedAt = 0.0
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else {
        numbers += [Int64](repeating: 0, count: FileStamp.numbersOfFile)
        continue
      }
      #if os(Linux)
        let (written, changed) = (status.st_mtim, status.st_ctim)
      #else
        let (written, changed) = (status.st_mtimespec, status.st_ctimespec)
      #endif
      numbers += [
        Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size), Int64(written.tv_sec), Int64(written.tv_nsec),
        Int64(changed.tv_sec), Int64(changed.tv_nsec),
      ]
      changedAt = max(changedAt, Double(changed.tv_sec) + Double(changed.tv_nsec) / 1e9)
    }
    (self.numbers, self.changedAt) = (numbers, changedAt)
  }

  /// How many numbers tell of one file.
  package static let numbersOfFile = 6

  /// Whether the last change is long enough ago that a later one would show.
  package var isSettled: Bool { Date().timeIntervalSince1970 - changedAt > FileStamp.secondsToSettle }

  /// Two stamps are one when their numbers are.
  package static func == (left: FileStamp, right: FileStamp) -> Bool { left.numbers == right.numbers }
}
