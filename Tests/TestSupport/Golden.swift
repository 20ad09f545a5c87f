import Foundation

/// Texts that are compared with files in the folder `Golden` beside the test; `MEMSH_RECORD=1` writes the files instead.
package enum Golden {
  /// What differs from the file, line by line; nil when nothing does.
  package static func difference(_ text: String, _ name: String, beside test: String = #filePath) throws -> String? {
    let path = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Golden/\(name)").path
    if ProcessInfo.processInfo.environment["MEMSH_RECORD"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return nil
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      return "there is no \(name): run the test with MEMSH_RECORD=1, and read what it has written"
    }
    let expected = String(decoding: data, as: UTF8.self)
    return expected == text ? nil : difference(between: expected, and: text, name)
  }

  private static func difference(between expected: String, and actual: String, _ name: String) -> String {
    func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    let (old, new) = (lines(expected), lines(actual))
    let changes = new.difference(from: old)
    let shown = changes.map { change in
      switch change {
      case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
      case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
      }
    }
    return "\(name) differs; MEMSH_RECORD=1 writes it anew, if that is what is wanted\n" + shown.joined(separator: "\n")
  }
}
