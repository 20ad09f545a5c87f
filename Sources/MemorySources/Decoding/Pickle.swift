/// Reads what Python's `pickle` writes in protocols 2 to 5, as far as memory systems use it: plain values, and objects as
/// their class's name with their state.
///
/// Nothing of a pickle is ever run: a class is only a name, and every opcode that would call something, or that none of
/// these systems writes, is refused.
struct Pickle {
  /// Why a pickle cannot be read.
  struct Failure: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  /// How many values a pickle may have unless its reader says otherwise: 300,000 entries in Chroma's three dicts.
  static let valuesMaximum = 2_000_000
  /// How deep values may stand in each other.
  static let depthMaximum = 100
  /// How many values and marks may wait on the stack: Python puts containers away after 1,000 items, so that even
  /// ``depthMaximum`` of them in each other leave less.
  private static let waitingMaximum = 250_000

  /// Reads a pickle.
  ///
  /// - Parameters:
  ///   - valuesMaximum: How many values it may have, each as often as it occurs.
  ///   - unwanted: Keys whose values, where they are dicts, are left empty: large ones that nobody asks for.
  static func read(
    _ bytes: UnsafeRawBufferPointer, valuesMaximum: Int = valuesMaximum, leavingEmpty unwanted: Set<String> = []
  ) throws(Failure) -> PickleValue {
    var pickle = Pickle(reader: ByteReader(bytes), valuesMaximum: valuesMaximum, unwanted: unwanted)
    let root = try pickle.run()
    return try pickle.tree(root)
  }

  /// A value under construction. A container is a place in ``nodes``, so that all who hold it see it grow.
  private enum Slot {
    case value(PickleValue)
    case className(String)
    case node(Int)
  }

  private struct Node {
    enum Kind { case list, tuple, dict, object }

    let kind: Kind
    var className = ""
    /// The items; of a dict, keys and values in turn; of an object, its state.
    var slots: [Slot] = []
    /// Whether it stays empty.
    var isUnwanted = false
  }

  private var reader: ByteReader
  private let valuesMaximum: Int
  private var valuesLeft: Int
  private var textBytesLeft: Int
  private var stack: [Slot] = []
  /// The heights of the stack where MARK stands.
  private var marks: [Int] = []
  private var memo: [Slot] = []
  private var nodes: [Node] = []
  private let unwanted: Set<String>

  private init(reader: ByteReader, valuesMaximum: Int, unwanted: Set<String>) {
    self.reader = reader
    self.unwanted = unwanted
    self.valuesMaximum = valuesMaximum
    valuesLeft = valuesMaximum
    // A text that many places share counts in each; no honest pickle shares more than this.
    textBytesLeft = 65_536 + reader.bytes.count * 32
  }

  // MARK: The machine

  private mutating func run() throws(Failure) -> Slot {
    guard try byte() == Opcode.proto, (2...5).contains(try byte()) else {
      throw Failure(description: "it does not begin as a pickle of protocol 2 to 5 does")
    }
    while true {
      let place = reader.offset
      let opcode = try byte()
      if opcode == Opcode.stop {
        let root = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw Failure(description: "it ends with values left over") }
        return root
      }
      try step(opcode, at: place)
    }
  }

  private mutating func step(_ opcode: UInt8, at place: Int) throws(Failure) {
    switch opcode {
    case Opcode.frame:
      guard try number(UInt64.self) <= UInt64(reader.remaining) else { throw Pickle.truncated }
    case Opcode.none: try push(.none)
    case Opcode.newTrue: try push(.bool(true))
    case Opcode.newFalse: try push(.bool(false))
    case Opcode.binInt: try push(.int(Int64(try number(Int32.self))))
    case Opcode.binInt1: try push(.int(Int64(try byte())))
    case Opcode.binInt2: try push(.int(Int64(try number(UInt16.self))))
    case Opcode.long1: try push(.int(try long()))
    case Opcode.binFloat: try push(.double(try double()))
    case Opcode.shortBinUnicode: try push(try text(UInt64(try byte())))
    case Opcode.binUnicode: try push(try text(UInt64(try number(UInt32.self))))
    case Opcode.binUnicode8: try push(try text(try number(UInt64.self)))
    case Opcode.emptyList, Opcode.emptySet: try push(Node(kind: .list))
    case Opcode.emptyDict: try push(Node(kind: .dict, isUnwanted: standsBehindUnwantedKey))
    case Opcode.emptyTuple: try push(Node(kind: .tuple))
    case Opcode.tuple1: try pushTuple(of: 1)
    case Opcode.tuple2: try pushTuple(of: 2)
    case Opcode.tuple3: try pushTuple(of: 3)
    case Opcode.mark:
      guard marks.count < Pickle.waitingMaximum else { throw Pickle.overfull }
      marks.append(stack.count)
    case Opcode.append: try fill(.list, from: stack.count - 1, step: 1)
    case Opcode.appends, Opcode.addItems: try fill(.list, from: try popMark(), step: 1)
    case Opcode.setItem: try fill(.dict, from: stack.count - 2, step: 2)
    case Opcode.setItems: try fill(.dict, from: try popMark(), step: 2)
    case Opcode.memoize: try memoize()
    case Opcode.binGet: try push(try remembered(Int(try byte())))
    case Opcode.longBinGet: try push(try remembered(Int(try number(UInt32.self))))
    case Opcode.stackGlobal: try pushClass()
    case Opcode.newObject: try pushObject()
    case Opcode.build: try build()
    default:
      throw Failure(description: "the opcode \(Opcode.name(opcode)) at byte \(place) is refused")
    }
  }

  private static let truncated = Failure(description: "it ends in the middle")
  private static let overfull = Failure(description: "more of its values wait than any store of Python's has")
  private static let malformed = Failure(description: "its opcodes do not fit together")

  // MARK: The bytes

  private mutating func byte() throws(Failure) -> UInt8 { try number(UInt8.self) }

  private mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(Failure) -> Number {
    do { return try reader.littleEndian(Number.self) } catch { throw Pickle.truncated }
  }

  private mutating func double() throws(Failure) -> Double {
    do { return Double(bitPattern: try reader.bigEndian(UInt64.self)) } catch { throw Pickle.truncated }
  }

  private mutating func take(_ count: UInt64) throws(Failure) -> UnsafeRawBufferPointer {
    guard let count = Int(exactly: count) else { throw Pickle.truncated }
    do { return try reader.take(count) } catch { throw Pickle.truncated }
  }

  /// A whole number of up to 8 bytes, in two's complement.
  private mutating func long() throws(Failure) -> Int64 {
    let bytes = try take(UInt64(try byte()))
    guard bytes.count <= 8 else { throw Failure(description: "a whole number has more than 64 bits") }
    var bits: UInt64 = bytes.last.map { $0 >= 0x80 } ?? false ? .max : 0
    for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
    return Int64(bitPattern: bits)
  }

  private mutating func text(_ count: UInt64) throws(Failure) -> PickleValue {
    let bytes = try take(count).bindMemory(to: UInt8.self)
    return String(validating: bytes, as: UTF8.self).map(PickleValue.string) ?? .bytes(Array(bytes))
  }

  // MARK: The stack

  private mutating func push(_ value: PickleValue) throws(Failure) { try push(.value(value)) }

  private mutating func push(_ slot: Slot) throws(Failure) {
    try count()
    guard stack.count < Pickle.waitingMaximum else { throw Pickle.overfull }
    stack.append(slot)
  }

  private mutating func push(_ node: Node) throws(Failure) {
    try count()
    guard stack.count < Pickle.waitingMaximum else { throw Pickle.overfull }
    stack.append(.node(nodes.count))
    nodes.append(node)
  }

  private mutating func count() throws(Failure) {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw Failure(description: "it has more than \(valuesMaximum) values") }
  }

  /// Takes the top of the stack, which may not stand below the last mark.
  private mutating func pop() throws(Failure) -> Slot {
    guard stack.count > marks.last ?? 0, let top = stack.popLast() else { throw Pickle.malformed }
    return top
  }

  private mutating func popMark() throws(Failure) -> Int {
    guard let height = marks.popLast() else { throw Pickle.malformed }
    return height
  }

  private mutating func pushTuple(of count: Int) throws(Failure) {
    guard stack.count - count >= marks.last ?? 0 else { throw Pickle.malformed }
    let items = Array(stack.suffix(count))
    stack.removeLast(count)
    try push(Node(kind: .tuple, slots: items))
  }

  /// Moves what stands on the stack from a height on into the container below it.
  private mutating func fill(_ kind: Node.Kind, from height: Int, step: Int) throws(Failure) {
    guard height > marks.last ?? 0, height <= stack.count, (stack.count - height).isMultiple(of: step),
      case .node(let index) = stack[height - 1], nodes[index].kind == kind
    else { throw Pickle.malformed }
    if !nodes[index].isUnwanted { nodes[index].slots.append(contentsOf: stack[height...]) }
    stack.removeSubrange(height...)
  }

  /// Whether the next value to be pushed belongs to an unwanted key.
  private var standsBehindUnwantedKey: Bool {
    guard case .value(.string(let key))? = stack.last else { return false }
    return unwanted.contains(key)
  }

  private mutating func memoize() throws(Failure) {
    guard stack.count > marks.last ?? 0, let top = stack.last else { throw Pickle.malformed }
    try count()
    memo.append(top)
  }

  private func remembered(_ index: Int) throws(Failure) -> Slot {
    guard memo.indices.contains(index) else { throw Pickle.malformed }
    return memo[index]
  }

  // MARK: Objects, as data

  private mutating func pushClass() throws(Failure) {
    guard case .value(.string(let name)) = try pop(), case .value(.string(let module)) = try pop() else {
      throw Pickle.malformed
    }
    try push(.className(module + "." + name))
  }

  private mutating func pushObject() throws(Failure) {
    guard case .node(let index) = try pop(), nodes[index].kind == .tuple, case .className(let name) = try pop() else {
      throw Pickle.malformed
    }
    guard nodes[index].slots.isEmpty else {
      throw Failure(description: "an object of \(name) is made with arguments, which is refused")
    }
    try push(Node(kind: .object, className: name))
  }

  private mutating func build() throws(Failure) {
    let state = try pop()
    guard stack.count > marks.last ?? 0, case .node(let index)? = stack.last, nodes[index].kind == .object,
      nodes[index].slots.isEmpty
    else { throw Pickle.malformed }
    nodes[index].slots = [state]
  }

  // MARK: The result

  /// The finished value. What stands in itself stands deeper than any limit, and is refused so.
  private mutating func tree(_ slot: Slot) throws(Failure) -> PickleValue {
    valuesLeft = valuesMaximum
    return try tree(slot, depth: 0)
  }

  private mutating func tree(_ slot: Slot, depth: Int) throws(Failure) -> PickleValue {
    try count()
    switch slot {
    case .className(let name): throw Failure(description: "the class \(name) stands where a value should")
    case .value(let value):
      textBytesLeft -= value.textBytes
      guard textBytesLeft >= 0 else { throw Failure(description: "its texts are repeated too often") }
      return value
    case .node(let index):
      guard depth < Pickle.depthMaximum else {
        throw Failure(description: "its values stand deeper in each other than \(Pickle.depthMaximum)")
      }
      return try tree(nodes[index], depth: depth + 1)
    }
  }

  private mutating func tree(_ node: Node, depth: Int) throws(Failure) -> PickleValue {
    if node.kind == .dict {
      var pairs: [PickleValue.Pair] = []
      pairs.reserveCapacity(node.slots.count / 2)
      for index in stride(from: 0, to: node.slots.count, by: 2) {
        let key = try tree(node.slots[index], depth: depth)
        pairs.append(PickleValue.Pair(key: key, value: try tree(node.slots[index + 1], depth: depth)))
      }
      return .dict(pairs)
    }
    var items: [PickleValue] = []
    items.reserveCapacity(node.slots.count)
    for slot in node.slots { items.append(try tree(slot, depth: depth)) }
    switch node.kind {
    case .object: return .object(className: node.className, state: items.first ?? .none)
    case .tuple: return .tuple(items)
    case .list, .dict: return .list(items)
    }
  }
}

extension PickleValue {
  fileprivate var textBytes: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    default: 0
    }
  }
}
