import Database
import MemoryModel
import Synchronization

/// A memory whose text is prepared once for all of its pairs, when it is first needed, on any thread.
final class ComparedMemory: Sendable {
  private struct Prepared {
    var characters: [UInt32]?
    var words: [UInt64]?
    var telling: TellingWords?
    var isCut: Bool?
  }

  let embedding: Vector?
  private let content: String
  private let prepared = Mutex(Prepared())

  /// The characters of a longer text are not kept: they take four times its memory.
  private static let bytesKept = 10_000

  init(_ memory: Memory) {
    content = memory.fields.content
    embedding = memory.fields.embedding
  }

  private func once<Value: Sendable>(
    _ part: WritableKeyPath<Prepared, Value?> & Sendable, _ make: () -> Value
  ) -> Value {
    prepared.withLock { prepared in
      if let value = prepared[keyPath: part] { return value }
      let value = make()
      prepared[keyPath: part] = value
      return value
    }
  }

  /// ``KeyPhrases/words(_:)``
  var words: [UInt64] { once(\.words) { KeyPhrases.words(content) } }

  /// What tells the text apart.
  var telling: TellingWords { once(\.telling) { TellingWords(content) } }

  /// Whether the text is too long to be compared by its characters as a whole.
  var isCut: Bool {
    content.utf8.count >= TextRatio.lengthLimit
      && once(\.isCut) { TextRatio.characters(content).count >= TextRatio.lengthLimit }
  }

  /// The characters that ``TextRatio`` compares.
  var characters: [UInt32] {
    guard content.utf8.count <= ComparedMemory.bytesKept else { return TextRatio.characters(content) }
    return once(\.characters) { TextRatio.characters(content) }
  }

  /// Whether the text is the same to the byte.
  func hasContent(of other: ComparedMemory) -> Bool { content.utf8.elementsEqual(other.content.utf8) }
}

/// Some of the layers, in a byte: there may be millions of pairs.
struct DuplicateLayers: OptionSet {
  let rawValue: UInt8

  static let fuzzy = DuplicateLayers(rawValue: 1)
  static let keyPhrase = DuplicateLayers(rawValue: 2)
  static let semantic = DuplicateLayers(rawValue: 4)
  static let all: DuplicateLayers = [.fuzzy, .keyPhrase, .semantic]
}
