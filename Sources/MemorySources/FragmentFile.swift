import Database
import Foundation
import MemoryModel

/// Files of prompt fragments: a list of objects, in JSON or in YAML.
package enum FragmentFile {
  private static let bytesMaximum = 16 << 20

  /// Reads a file; `.yaml` and `.yml` are YAML, everything else is JSON.
  ///
  /// - Throws: `source_not_found`, `source_unreadable`.
  package static func read(_ path: String) throws -> [PromptFragment] {
    let text = try WholeFile.text(path, limitBytes: bytesMaximum, takesPipes: true, code: .sourceNotFound)
    let list: JSON
    do {
      list = path.hasSuffix(".yaml") || path.hasSuffix(".yml") ? try YAML.json(text) : try JSONParser.parse(text)
    } catch {
      throw MemshError(
        .sourceUnreadable, "\(path) is not the JSON or YAML that its name says",
        hint: "`fragments export` shows the form",
        cause: "\(error)")
    }
    guard case .array(let items) = list else {
      throw MemshError(
        .sourceUnreadable, "\(path) holds no list of fragments", hint: "`fragments export` shows the form")
    }
    return try items.enumerated().map { number, item in
      do { return try PromptFragment(json: item) } catch let error as MemshError {
        throw MemshError(error.code, "\(path), fragment \(number + 1): \(error.message)", hint: error.hint)
      }
    }
  }
}
