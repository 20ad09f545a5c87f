import MemoryModel

/// What comparisons of stored vectors with a model's found, so that not every search of such a store makes one.
///
/// A comparison is known by all that it looks at: the texts, their vectors and the model's files. So a note is never out
/// of date, and holds for a copy of the store as well.
package struct OriginNotes {
  private let path: String

  /// The last ones are kept.
  private static let notesMaximum = 200
  private static let bytesMaximum = 1 << 20

  /// Names the file; it need not exist.
  package init(path: String) { self.path = path }

  /// What a comparison found; nil when it was not made before.
  func result(of fingerprint: String) -> OriginCheck? {
    for line in lines().reversed() {
      let parts = line.split(separator: " ")
      guard parts.count == 3, parts[0] == fingerprint, let equal = Int(parts[1]), let compared = Int(parts[2]) else {
        continue
      }
      return OriginCheck(equal: equal, of: compared)
    }
    return nil
  }

  /// Notes what a comparison found; where that cannot be written, it is made again the next time.
  func note(_ check: OriginCheck, for fingerprint: String) {
    let line = "\(fingerprint) \(check.equal) \(check.compared)"
    let kept = lines().suffix(OriginNotes.notesMaximum - 1) + [line]
    OwnFile.write(Array((kept.joined(separator: "\n") + "\n").utf8), to: path)
  }

  private func lines() -> [String] {
    guard let bytes = OwnFile.bytes(path, limitBytes: OriginNotes.bytesMaximum) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
