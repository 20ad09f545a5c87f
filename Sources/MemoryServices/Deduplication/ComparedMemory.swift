import Database
import MemoryModel

/// A memory whose text is prepared once for all of its pairs.
final class ComparedMemory {
  let embedding: Vector?
  private let content: String
  private var kept: [UInt32]?
  private(set) lazy var words = KeyPhrases.words(content)
  private(set) lazy var telling = TellingWords(content)
  /// Whether the text is too long to be compared by its characters as a whole.
  private(set) lazy var isCut =
    content.utf8.count >= TextRatio.lengthLimit && TextRatio.characters(content).count >= TextRatio.lengthLimit

  /// The characters of a longer text are not kept: they take four times its memory.
  private static let bytesKept = 10_000

  init(_ memory: Memory) {
    content = memory.fields.content
    embedding = memory.fields.embedding
  }

  /// The characters that ``TextRatio`` compares.
  var characters: [UInt32] {
    if let kept { return kept }
    let characters = TextRatio.characters(content)
    if content.utf8.count <= ComparedMemory.bytesKept { kept = characters }
    return characters
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
