import MemoryModel

/// Byte-pair encoding as Hugging Face's `tokenizers` does it, with byte fallback for characters that have no token.
///
/// From single characters, the pair with the lowest rank is merged again and again, the leftmost first (Sennrich,
/// Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016).
final class BPETokenizer: Tokenizer {
  private let vocabulary: Vocabulary
  private let merges: PairTable
  private let normalizer: TokenizerNormalizer
  /// The tokens `<0x00>` to `<0xFF>`; empty without byte fallback.
  private let byteTokens: [Int32]
  private let unknown: Int32?
  private let fusesUnknown: Bool
  private var cache = WordCache()

  /// `▁`, which stands for a space.
  static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

  init(_ file: TokenizerTables, normalizer: TokenizerNormalizer) throws {
    for (name, neutral) in [("continuing_subword_prefix", ""), ("end_of_word_suffix", "")] {
      let value = file.model[name]
      guard value == nil || value == .null || value == .string(neutral) else {
        throw UnusableModel(reason: "\(name) is not supported")
      }
    }
    vocabulary = file.vocabulary
    self.normalizer = normalizer
    let vocabulary = vocabulary
    unknown = file.model["unk_token"]?.stringValue.flatMap { vocabulary.id(of: $0) }
    fusesUnknown = file.model["fuse_unk"] == .bool(true)
    let usesBytes = file.model["byte_fallback"] == .bool(true)
    let hexadecimal = Array("0123456789ABCDEF")
    byteTokens =
      usesBytes
      ? (0..<256).compactMap { vocabulary.id(of: "<0x\(hexadecimal[$0 >> 4])\(hexadecimal[$0 & 15])>") } : []
    guard byteTokens.isEmpty || byteTokens.count == 256 else {
      throw UnusableModel(reason: "the vocabulary has no token for each byte")
    }
    guard let pairs = file.pairs else { throw UnusableModel(reason: "it has no merges") }
    merges = pairs
  }

  func tokens(of text: String, into ids: inout [Int32]) {
    for piece in normalizer.pieces(of: text) {
      switch piece {
      case .added(let id): ids.append(id)
      case .text(let bytes): encode(bytes, into: &ids)
      }
    }
  }

  private func encode(_ bytes: [UInt8], into ids: inout [Int32]) {
    guard merges.keepsWordsApart else { return appendWord(bytes[...], to: &ids) }
    var start = 0
    var index = 0
    var isInMarks = true
    while index < bytes.count {
      let isMark = bytes[index] == 0xE2 && bytes[index...].starts(with: BPETokenizer.spaceMark)
      if isMark, !isInMarks {
        appendWord(bytes[start..<index], to: &ids)
        start = index
      }
      isInMarks = isMark
      index += isMark ? 3 : 1
    }
    if start < bytes.count { appendWord(bytes[start...], to: &ids) }
  }

  private func appendWord(_ word: ArraySlice<UInt8>, to ids: inout [Int32]) {
    ids.append(contentsOf: cache.tokens(of: word, merged))
  }

  /// The characters of a word as tokens.
  private func characters(_ word: ArraySlice<UInt8>) -> [Int32] {
    var symbols: [Int32] = []
    symbols.reserveCapacity(word.count)
    var lastIsUnknown = false
    word.withUnsafeBytes { bytes in
      var index = 0
      while index < bytes.count {
        let length = min(BPETokenizer.characterLength(bytes[index]), bytes.count - index)
        let character = UnsafeRawBufferPointer(rebasing: bytes[index..<index + length])
        if let id = vocabulary.id(of: character) {
          symbols.append(id)
          lastIsUnknown = false
        } else if !byteTokens.isEmpty {
          symbols.append(contentsOf: character.map { byteTokens[Int($0)] })
          lastIsUnknown = false
        } else if let unknown {
          if !(fusesUnknown && lastIsUnknown) { symbols.append(unknown) }
          lastIsUnknown = true
        }
        index += length
      }
    }
    return symbols
  }

  /// How many bytes a character has in UTF-8, by its first one.
  private static func characterLength(_ byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
  }

  private func merged(_ word: ArraySlice<UInt8>) -> [Int32] {
    if let whole = wholeToken(word) { return [whole] }
    var merger = PairMerger(symbols: characters(word), table: merges)
    return merger.run()
  }

  /// A word that is a single character needs no merging.
  private func wholeToken(_ word: ArraySlice<UInt8>) -> Int32? {
    guard let first = word.first, word.count == BPETokenizer.characterLength(first) else { return nil }
    return word.withUnsafeBytes { vocabulary.id(of: $0) }
  }
}

/// Merges the pairs of one word: a list of symbols, and a heap of the pairs that may be merged next.
private struct PairMerger {
  private struct Symbol {
    var id: Int32
    var previous: Int32
    var next: Int32
    var isGone = false
  }

  private struct Candidate {
    let rank: Int32
    let position: Int32
    let id: Int32

    func comesBefore(_ other: Candidate) -> Bool {
      rank != other.rank ? rank < other.rank : position < other.position
    }
  }

  private var symbols: [Symbol]
  private var heap: [Candidate] = []
  private let table: PairTable

  init(symbols ids: [Int32], table: PairTable) {
    self.table = table
    symbols = ids.enumerated().map { index, id in
      Symbol(id: id, previous: Int32(index) - 1, next: index + 1 < ids.count ? Int32(index) + 1 : -1)
    }
  }

  mutating func run() -> [Int32] {
    for position in symbols.indices { propose(Int32(position)) }
    while let candidate = popFirst() {
      let left = Int(candidate.position)
      guard !symbols[left].isGone, symbols[left].next >= 0 else { continue }
      let right = Int(symbols[left].next)
      // The pair may have changed since it was proposed.
      guard table.merge(symbols[left].id, symbols[right].id)?.id == candidate.id else { continue }
      symbols[left].id = candidate.id
      symbols[left].next = symbols[right].next
      symbols[right].isGone = true
      if symbols[left].next >= 0 { symbols[Int(symbols[left].next)].previous = Int32(left) }
      if symbols[left].previous >= 0 { propose(symbols[left].previous) }
      propose(Int32(left))
    }
    return symbols.filter { !$0.isGone }.map(\.id)
  }

  /// Puts the pair that begins at a symbol on the heap, if it merges.
  private mutating func propose(_ position: Int32) {
    let symbol = symbols[Int(position)]
    guard symbol.next >= 0, let merge = table.merge(symbol.id, symbols[Int(symbol.next)].id) else { return }
    heap.append(Candidate(rank: merge.rank, position: position, id: merge.id))
    var child = heap.count - 1
    while child > 0, case let parent = (child - 1) / 2, heap[child].comesBefore(heap[parent]) {
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popFirst() -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].comesBefore(heap[best]) {
        best = child
      }
      guard best != parent else { return first }
      heap.swapAt(best, parent)
      parent = best
    }
  }
}
