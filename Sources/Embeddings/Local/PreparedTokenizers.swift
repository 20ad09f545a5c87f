import MemoryModel

/// Tokenizers in a form that is taken as it is, in memsh's cache folder: megabytes of JSON take longer to read than
/// everything else that a search does.
///
/// A form is used only while the files that it was made of are unchanged; one that is stale, damaged, of another version
/// or another machine is made anew.
package struct PreparedTokenizers: Sendable {
  private let folder: String

  /// Larger ones are read from their own files each time.
  private static let bytesMaximum = 128 << 20

  /// Names the folder; it need not exist.
  package init(folder: String) { self.folder = folder }

  /// Where the form of a tokenizer is.
  func path(of sources: [String]) -> String {
    "\(folder)/\(ContentHash.hex(of: sources.joined(separator: "\n")).prefix(32)).tokens"
  }

  /// The tables of a tokenizer, from their prepared form where it can be used.
  ///
  /// - Parameters:
  ///   - sources: The files that they come from.
  ///   - read: Reads those files.
  func tables(of sources: [String], _ read: () throws -> TokenizerTables) throws -> TokenizerTables {
    // Before reading: what changes meanwhile makes the form a stale one.
    let stamp = FileStamp(sources)
    let path = path(of: sources)
    if let bytes = OwnFile.bytes(path, limitBytes: PreparedTokenizers.bytesMaximum),
      let tables = TokenizerTables(prepared: bytes, of: stamp)
    {
      return tables
    }
    let tables = try read()
    let bytes = tables.prepared(of: stamp)
    if stamp.isSettled, bytes.count <= PreparedTokenizers.bytesMaximum { OwnFile.write(bytes, to: path) }
    return tables
  }
}

extension TokenizerTables {
  /// "MEMSHTOK", in this machine's order of bytes.
  private static let magic: UInt64 = 0x4D45_4D53_4854_4F4B
  /// Changes with the form, and with what the tables mean.
  private static let version: UInt64 = 1
  private static let digestBytes = 32

  /// The tables as bytes: the sha256 of all that follows, what they are, what they were made of, and the tables.
  func prepared(of stamp: FileStamp) -> [UInt8] {
    var writer = PreparedWriter()
    writer.add([TokenizerTables.magic, TokenizerTables.version])
    writer.add(stamp.numbers)
    let small = JSON.object([
      // What else a file says, nobody asks for.
      JSON.Member("settings", .object(members(of: settings, ["added_tokens", "normalizer", "pre_tokenizer"]))),
      JSON.Member("model", .object(members(of: model, model.keys.sorted()))),
    ])
    writer.add(Array(small.text.utf8))
    writer.add(vocabulary.arena)
    writer.add(vocabulary.places)
    writer.add(vocabulary.slots)
    writer.add(pairs.map { [$0.keepsWordsApart ? 1 : 0] as [UInt8] } ?? [])
    writer.add(pairs?.keys ?? [])
    writer.add(pairs?.ids ?? [])
    writer.add(pairs?.slots ?? [])
    return writer.bytes.withUnsafeBytes { ContentHash.bytes(of: [$0]) } + writer.bytes
  }

  private func members(of values: [String: JSON], _ keys: [String]) -> [JSON.Member] {
    keys.compactMap { key in values[key].map { JSON.Member(key, $0) } }
  }

  /// Reads bytes; nil for those that are damaged, or were not made of these files.
  init?(prepared bytes: [UInt8], of stamp: FileStamp) {
    let tables: TokenizerTables? = bytes.withUnsafeBytes { bytes in
      guard bytes.count > TokenizerTables.digestBytes,
        case let rest = UnsafeRawBufferPointer(rebasing: bytes[TokenizerTables.digestBytes...])
      else { return nil }
      // The cheap questions first.
      var reader = PreparedReader(rest)
      guard reader.values(of: UInt64.self) == [TokenizerTables.magic, TokenizerTables.version],
        reader.values(of: Int64.self) == stamp.numbers,
        bytes.prefix(TokenizerTables.digestBytes).elementsEqual(ContentHash.bytes(of: [rest]))
      else { return nil }
      return TokenizerTables(&reader)
    }
    guard let tables else { return nil }
    self = tables
  }

  private init?(_ reader: inout PreparedReader) {
    guard let small = reader.values(of: UInt8.self), let arena = reader.values(of: UInt8.self),
      let places = reader.values(of: Vocabulary.Place.self), let slots = reader.values(of: Int32.self),
      let flags = reader.values(of: UInt8.self), let keys = reader.values(of: UInt64.self),
      let ids = reader.values(of: Int32.self), let pairSlots = reader.values(of: Int32.self), reader.isAtEnd,
      let vocabulary = Vocabulary(arena: arena, places: places, slots: slots),
      let settings = try? JSONParser.parse(String(decoding: small, as: UTF8.self))
    else { return nil }
    self.vocabulary = vocabulary
    self.settings = TokenizerTables.dictionary(settings[key: "settings"])
    model = TokenizerTables.dictionary(settings[key: "model"])
    guard let flag = flags.first else { return }
    guard let pairs = PairTable(keys: keys, ids: ids, slots: pairSlots, keepsWordsApart: flag == 1) else { return nil }
    self.pairs = pairs
  }

  private static func dictionary(_ value: JSON?) -> [String: JSON] {
    guard case .object(let members)? = value else { return [:] }
    return Dictionary(members.map { ($0.key, $0.value) }) { $1 }
  }
}

/// Writes arrays as they are in memory, with their length in front.
private struct PreparedWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add<Value: BitwiseCopyable>(_ values: [Value]) {
    withUnsafeBytes(of: UInt64(values.count)) { bytes.append(contentsOf: $0) }
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

/// Reads what ``PreparedWriter`` wrote, and nothing beyond the end.
private struct PreparedReader {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next array; nil where the bytes do not reach.
  mutating func values<Value: BitwiseCopyable>(of _: Value.Type) -> [Value]? {
    let (head, stride) = (MemoryLayout<UInt64>.size, MemoryLayout<Value>.stride)
    guard rest.count >= head, let length = Int(exactly: rest.loadUnaligned(as: UInt64.self)),
      length <= (rest.count - head) / stride
    else { return nil }
    let part = UnsafeRawBufferPointer(rebasing: rest[head..<head + length * stride])
    rest = UnsafeRawBufferPointer(rebasing: rest[(head + part.count)...])
    return [Value](unsafeUninitializedCapacity: length) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: part)
      count = length
    }
  }
}
