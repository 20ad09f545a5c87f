/// The tokens of a model: from the bytes of a token to its number, without a String for each of them.
struct Vocabulary {
  /// The bytes of all tokens, one behind the other.
  private(set) var arena: [UInt8] = []
  /// Where each token's bytes lie, by number; empty where a number has no token.
  private(set) var places: [Place] = []
  /// Numbers at the places that the hashes of their tokens give, or behind; -1 for none.
  private(set) var slots: [Int32] = []
  private var used = 0

  /// A part of the arena.
  struct Place {
    let start: UInt32
    let end: UInt32

    fileprivate var range: Range<Int> { Int(start)..<Int(end) }
  }

  init(capacity: Int) {
    slots = Array(repeating: -1, count: Vocabulary.slotCount(for: capacity))
    places.reserveCapacity(capacity)
    arena.reserveCapacity(capacity * 6)
  }

  /// Takes the parts of a vocabulary that was made before; nil for parts that are none.
  init?(arena: [UInt8], places: [Place], slots: [Int32]) {
    guard Slots.areSound(slots, entries: places.count),
      places.allSatisfy({ $0.start <= $0.end && $0.end <= arena.count })
    else { return nil }
    (self.arena, self.places, self.slots) = (arena, places, slots)
    used = slots.lazy.filter { $0 >= 0 }.count
  }

  /// How many numbers there are.
  var count: Int { places.count }

  /// Adds a token.
  mutating func add(_ token: UnsafeRawBufferPointer, id: Int32) {
    if (used + 1) * 2 > slots.count { grow() }
    // A file is no longer than that.
    let start = UInt32(truncatingIfNeeded: arena.count)
    arena.append(contentsOf: token)
    while places.count <= Int(id) { places.append(Place(start: 0, end: 0)) }
    places[Int(id)] = Place(start: start, end: UInt32(truncatingIfNeeded: arena.count))
    insert(id)
  }

  /// The number of a token; nil when there is none.
  func id(of token: UnsafeRawBufferPointer) -> Int32? {
    arena.withUnsafeBytes { arena in
      var slot = Int(truncatingIfNeeded: Vocabulary.hash(token)) & (slots.count - 1)
      while slots[slot] >= 0 {
        let range = places[Int(slots[slot])].range
        if range.count == token.count, UnsafeRawBufferPointer(rebasing: arena[range]).elementsEqual(token) {
          return slots[slot]
        }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }
  }

  /// The number of a token.
  func id(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { id(of: UnsafeRawBufferPointer($0)) }
  }

  private mutating func insert(_ id: Int32) {
    let hash = arena.withUnsafeBytes { Vocabulary.hash(UnsafeRawBufferPointer(rebasing: $0[places[Int(id)].range])) }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = id
    used += 1
  }

  private mutating func grow() {
    let ids = slots.filter { $0 >= 0 }
    slots = Array(repeating: -1, count: slots.count * 2)
    used = 0
    for id in ids { insert(id) }
  }

  private static func slotCount(for capacity: Int) -> Int {
    var count = 1_024
    while count < capacity * 2 { count *= 2 }
    return count
  }

  /// FNV-1a, folded: tokens are a few bytes long.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 29
  }
}
