/// What each pair of tokens merges into, and how soon.
struct PairTable {
  /// The pairs, soonest first.
  private(set) var keys: [UInt64] = []
  /// What each merges into.
  private(set) var ids: [Int32] = []
  /// Places in `keys` where the hashes of the pairs lead, or behind; -1 for none.
  private(set) var slots: [Int32]
  /// Whether no token goes on behind a space mark that follows another character, so that words can be told apart.
  private(set) var keepsWordsApart = true

  /// A pair of tokens that becomes one.
  struct Merge {
    /// The lower, the sooner.
    let rank: Int32
    /// The token that it becomes.
    let id: Int32
  }

  /// Makes the table of a file's merges.
  ///
  /// - Throws: `UnusableModel` for one of tokens that there are not.
  init(_ merges: MergeList, vocabulary: Vocabulary) throws {
    slots = Array(repeating: -1, count: PairTable.slotCount(for: merges.places.count))
    keys.reserveCapacity(merges.places.count)
    ids.reserveCapacity(merges.places.count)
    try merges.text.withUnsafeBytes { text in
      for place in merges.places {
        let whole = UnsafeRawBufferPointer(rebasing: text[Int(place.start)..<Int(place.end)])
        let middle = Int(place.middle - place.start)
        guard let left = vocabulary.id(of: UnsafeRawBufferPointer(rebasing: whole[..<middle])),
          let right = vocabulary.id(of: UnsafeRawBufferPointer(rebasing: whole[middle...])),
          let id = vocabulary.id(of: whole)
        else { throw UnusableModel(reason: "merge \(keys.count) names a token that is not in the vocabulary") }
        insert(PairTable.key(left, right), id)
        if keepsWordsApart { keepsWordsApart = !PairTable.hasInnerMark(whole) }
      }
    }
  }

  /// Takes the parts of a table that was made before; nil for parts that are none.
  init?(keys: [UInt64], ids: [Int32], slots: [Int32], keepsWordsApart: Bool) {
    guard keys.count == ids.count, Slots.areSound(slots, entries: keys.count) else { return nil }
    (self.keys, self.ids, self.slots, self.keepsWordsApart) = (keys, ids, slots, keepsWordsApart)
  }

  private static func slotCount(for capacity: Int) -> Int {
    var count = 1_024
    while count < capacity * 2 { count *= 2 }
    return count
  }

  /// Whether a space mark stands behind another character.
  private static func hasInnerMark(_ token: UnsafeRawBufferPointer) -> Bool {
    func isMark(_ index: Int) -> Bool {
      index + 2 < token.count && token[index] == BPETokenizer.spaceMark[0]
        && token[index + 1] == BPETokenizer.spaceMark[1] && token[index + 2] == BPETokenizer.spaceMark[2]
    }
    var index = 0
    while isMark(index) { index += 3 }
    return (index..<token.count).contains(where: isMark)
  }

  /// Adds a pair behind all others; of two that are the same the later one counts.
  private mutating func insert(_ key: UInt64, _ id: Int32) {
    var slot = place(key)
    while slots[slot] >= 0, keys[Int(slots[slot])] != key { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(truncatingIfNeeded: keys.count)
    keys.append(key)
    ids.append(id)
  }

  /// What a pair merges into; nil when it does not.
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let key = PairTable.key(left, right)
    var slot = place(key)
    while slots[slot] >= 0 {
      let rank = slots[slot]
      if keys[Int(rank)] == key { return Merge(rank: rank, id: ids[Int(rank)]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func place(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) & (slots.count - 1)
  }
}

/// The merges of a file, soonest first: both halves in one text.
struct MergeList {
  /// All halves, one behind the other.
  private(set) var text: [UInt8] = []
  /// Where each merge lies in it.
  private(set) var places: [(start: UInt32, middle: UInt32, end: UInt32)] = []

  /// Adds a merge behind all others.
  mutating func add(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) {
    // The file is no longer than that.
    func end() -> UInt32 { UInt32(truncatingIfNeeded: text.count) }
    let start = end()
    text.append(contentsOf: left)
    let middle = end()
    text.append(contentsOf: right)
    places.append((start, middle, end()))
  }

  /// Makes room.
  mutating func reserveCapacity(_ count: Int) {
    text.reserveCapacity(count * 8)
    places.reserveCapacity(count)
  }
}

/// The slots of a hash table whose entries lie elsewhere.
enum Slots {
  /// Whether looking up ends, and finds nothing but entries.
  static func areSound(_ slots: [Int32], entries: Int) -> Bool {
    guard slots.count > 0, slots.count & (slots.count - 1) == 0, let least = slots.min(), let most = slots.max()
    else { return false }
    // An empty one ends a search.
    return least == -1 && Int(most) < entries
  }
}
