import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import Embeddings

/// The form of a tokenizer that is read at once: it says the same as the files that it was made of, or is not used.
@Suite struct PreparedTokenizerTests {
  private static let texts =
    ["the quick brown fox", "", "a", "é世😀 <unk> [UNK] ##ick", "ab abab q q", String(repeating: "ab", count: 500)]

  private static func bytePairs(_ first: String = "ab") -> String {
    """
    {"added_tokens": [{"id": 0, "content": "<unk>"}], "normalizer": {"type": "Sequence", "normalizers":
     [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
     "pre_tokenizer": null, "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": false,
     "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "\(first)": 4, "▁a": 5, "abab": 6, "q": 7, "ab": 8},
     "merges": ["a b", "▁ a", ["ab", "ab"]]}}
    """
  }

  private static let wordPiece = """
    {"added_tokens": [{"id": 1, "content": "[UNK]", "special": true}], "normalizer": {"type": "BertNormalizer"},
     "pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "unk_token": "[UNK]",
     "vocab": {"[PAD]": 0, "[UNK]": 1, "the": 2, "qu": 3, "##ick": 4, "a": 5, "##b": 6, "fox": 7}}}
    """

  private static func ids(_ path: String, _ prepared: PreparedTokenizers?) throws -> [[Int32]] {
    let tokenizer = try TokenizerFile.load(path: path, prepared: prepared)
    return texts.map { text in
      var ids: [Int32] = []
      tokenizer.tokens(of: text, into: &ids)
      return ids
    }
  }

  /// A tokenizer's file that is old enough to be prepared, and an empty folder for the form.
  private struct Place {
    let folder: TestFolder
    let path: String
    let prepared: PreparedTokenizers

    var form: String { prepared.path(of: [path]) }

    init(_ tokenizer: String) throws {
      folder = try TestFolder()
      path = try folder.write(tokenizer, to: "tokenizer.json")
      prepared = PreparedTokenizers(folder: folder.file("cache/tokenizers"))
      settle()
    }

    func settle() { Thread.sleep(forTimeInterval: 0.08) }

    func ids(_ prepared: PreparedTokenizers?) throws -> [[Int32]] {
      try PreparedTokenizerTests.ids(path, prepared)
    }

    /// Whether the form is used as it is.
    func isUsed() throws -> Bool {
      var reads = 0
      _ = try prepared.tables(of: [path]) {
        reads += 1
        return try TokenizerScanner.tables(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      return reads == 0
    }

    func write(_ bytes: [UInt8]) throws {
      try? FileManager.default.removeItem(atPath: form)
      try Data(bytes).write(to: URL(fileURLWithPath: form))
      chmod(form, 0o600)
    }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: form))) }
  }

  /// Bytes with the sha256 in front that they should have.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    ContentHash.bytes(of: [Array(bytes.dropFirst(32))]) + bytes.dropFirst(32)
  }

  @Test("the same tokens, at the first time and from the form", arguments: [bytePairs(), wordPiece])
  func saysTheSame(tokenizer: String) throws {
    let place = try Place(tokenizer)
    let plain = try place.ids(nil)
    #expect(plain.contains { $0.count > 1 })
    #expect(try place.ids(place.prepared) == plain)
    #expect(try place.isUsed())
    #expect(try place.ids(place.prepared) == plain)
    let attributes = try FileManager.default.attributesOfItem(atPath: place.form)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test("the same tokens for the awkward texts with the real model")
  func saysTheSameForAwkwardTexts() throws {
    let models = try #require(
      EncoderModelTests.models, "run the tests with scripts/test, which fetches the model")
    try check("\(models)/wordllama-l2-supercat-256", "wordllama.json")
  }

  @Test("the same for all-MiniLM-L6-v2", .enabled(if: EncoderModelTests.hasMiniLM, "needs the model"))
  func saysTheSameForEncoder() throws {
    // Its tokens in the fixture have the first and last of its own, and are cut.
    try check(try #require(EncoderModelTests.miniLM), "minilm.json", isCut: true)
  }

  private func check(_ model: String, _ fixture: String, isCut: Bool = false) throws {
    let folder = try TestFolder()
    let prepared = PreparedTokenizers(folder: folder.file("tokenizers"))
    let rows = try #require(TinyEncoder.json(fixture).arrayValue)
    #expect(rows.count >= 40)
    for _ in 0..<2 {
      let tokenizer = try TokenizerFile.load(path: model + "/tokenizer.json", prepared: prepared)
      for row in rows {
        var ids: [Int32] = []
        tokenizer.tokens(of: row[key: "text"]?.stringValue ?? "", into: &ids)
        var expected = (row[key: "ids"]?.arrayValue ?? []).compactMap(\.integerValue).map(Int32.init)
        if isCut {
          expected = expected.dropFirst().dropLast()
          ids = Array(ids.prefix(expected.count))
        }
        #expect(ids == expected, "\(row[key: "text"]?.text ?? "")")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("tokenizers")).count == 1)
  }

  @Test("a form that is damaged or cut anywhere is not used, and made anew", arguments: [bytePairs(), wordPiece])
  func noticesDamage(tokenizer: String) throws {
    let place = try Place(tokenizer)
    let plain = try place.ids(place.prepared)
    let form = try place.bytes()
    let stamp = FileStamp([place.path])
    #expect(TokenizerTables(prepared: form, of: stamp) != nil)
    var mutation = Mutation(seed: 17)
    let places = Array(0..<160) + (0..<60).map { _ in mutation.number(below: form.count) } + [form.count - 1]
    for byte in places {
      var damaged = form
      damaged[byte] ^= 1 << UInt8(mutation.number(below: 8))
      #expect(TokenizerTables(prepared: damaged, of: stamp) == nil, "a bit of byte \(byte)")
    }
    let lengths =
      Array(0..<48) + [form.count / 2, form.count - 1] + (0..<20).map { _ in mutation.number(below: form.count) }
    for length in lengths { #expect(TokenizerTables(prepared: Array(form.prefix(length)), of: stamp) == nil) }
    #expect(TokenizerTables(prepared: form + [0], of: stamp) == nil)
    for damaged in [[], Array(form.prefix(100)), Array(form.dropLast()), form.map { _ in 0 }] {
      try place.write(damaged)
      #expect(try place.ids(place.prepared) == plain)
      #expect(try place.bytes() == form)
    }
  }

  @Test("a form that was made up, with the right sum, is refused or used, and never ends the process")
  func survivesForgery() throws {
    var mutation = Mutation(seed: 4713)
    let end = Date(timeIntervalSinceNow: Mutation.seconds(default: 3))
    let places = [try Place(Self.bytePairs()), try Place(Self.wordPiece)]
    let forms = try places.map { place in
      _ = try place.ids(place.prepared)
      return try place.bytes()
    }
    let plain = try places.map { try $0.ids(nil) }
    var (tried, differ) = (0, 0)
    let lengths: [UInt64] = [0, 1, 7, 1 << 31, 1 << 32, 1 << 61, 1 << 62, 1 << 63, .max, .max - 7]
    while tried < 60 || Date() < end {
      let number = tried % 2
      var form = forms[number]
      switch tried % 3 {
      case 0:
        // A length, or what looks like one.
        let length = lengths[mutation.number(below: lengths.count)]
        let start = 32 + 8 * mutation.number(below: 64)
        withUnsafeBytes(of: length) { form.replaceSubrange(start..<start + 8, with: $0) }
      case 1: form = Array(form.prefix(32 + 600)) + mutation.damaged(Array(form.dropFirst(32 + 600)))
      default: form = mutation.damaged(Array(form.prefix(32 + 600))) + form.dropFirst(32 + 600)
      }
      try places[number].write(Self.sealed(form))
      if (try? places[number].ids(places[number].prepared)) != plain[number] { differ += 1 }
      tried += 1
    }
    // Some of the forgeries are taken for true: they are what is tried here.
    #expect(differ > 0 && differ < tried, "\(tried) tried, \(differ) differ")
  }

  @Test("a form is not used when the files that it was made of were changed, even to ones of the same size")
  func noticesChange() throws {
    let place = try Place(Self.bytePairs())
    let before = try place.ids(place.prepared)
    #expect(try place.isUsed())
    let other = Self.bytePairs().replacing("\"a\": 2, \"b\": 3", with: "\"b\": 2, \"a\": 3")
    #expect(other.utf8.count == Self.bytePairs().utf8.count)
    let handle = try #require(FileHandle(forWritingAtPath: place.path))
    try handle.write(contentsOf: Data(other.utf8))
    try handle.close()
    let after = try place.ids(place.prepared)
    #expect(after != before)
    #expect(try after == place.ids(nil))
    place.settle()
    #expect(try place.ids(place.prepared) == after)
    #expect(try place.isUsed())
    // BERT's own form depends on two files.
    let folder = try TinyEncoder(0).folder()
    try TinyEncoder.replaceTokenizer(in: folder)
    place.settle()
    func ids() throws -> [Int32] {
      try EncoderModel(folder: folder.path, prepared: place.prepared) { _ in }.tokens(of: "The Fox", as: .passage).ids
    }
    let lower = try ids()
    #expect(try ids() == lower)
    try #"{"do_lower_case": false}"#.write(
      toFile: folder.file("tokenizer_config.json"), atomically: true, encoding: .utf8)
    #expect(try ids() != lower)
  }

  @Test("what another user could have written is not believed")
  func distrusts() throws {
    let place = try Place(Self.bytePairs())
    let plain = try place.ids(place.prepared)
    // Made of other files, but it says that it was made of these.
    let other = try TokenizerScanner.tables(Array(Self.bytePairs("zz").utf8))
    let forgery = other.prepared(of: FileStamp([place.path]))
    try place.write(forgery)
    #expect(try place.ids(place.prepared) != plain)
    for mode: mode_t in [0o620, 0o602] {
      try place.write(forgery)
      chmod(place.form, mode)
      #expect(try place.ids(place.prepared) == plain)
    }
    try place.write(forgery)
    try FileManager.default.moveItem(atPath: place.form, toPath: place.folder.file("elsewhere"))
    try FileManager.default.createSymbolicLink(atPath: place.form, withDestinationPath: place.folder.file("elsewhere"))
    #expect(try place.ids(place.prepared) == plain)
    // The link was replaced, not followed.
    #expect(try Data(contentsOf: URL(fileURLWithPath: place.folder.file("elsewhere"))) == Data(forgery))
    if geteuid() == 0 {
      try place.write(forgery)
      chown(place.form, 65_534, 65_534)
      #expect(try place.ids(place.prepared) == plain)
    }
  }

  @Test("where nothing can be kept, tokens are the same; a tokenizer that is not supported stays refused")
  func worksWithoutForm() throws {
    let place = try Place(Self.bytePairs())
    try place.folder.write("not a folder", to: "cache")
    #expect(try place.ids(place.prepared) == place.ids(nil))
    let unsupported = try Place(#"{"model": {"type": "Unigram", "vocab": {"a": 0}}}"#)
    for _ in 0..<2 {
      #expect {
        _ = try unsupported.ids(unsupported.prepared)
      } throws: { error in
        (error as? MemshError)?.message.contains("Unigram") == true
      }
    }
  }

  @Test("several that prepare it at once do not disturb each other")
  func isMadeByMany() throws {
    let place = try Place(Self.wordPiece)
    let plain = try place.ids(nil)
    let (path, prepared) = (place.path, place.prepared)
    DispatchQueue.concurrentPerform(iterations: 12) { _ in
      let ids = try? PreparedTokenizerTests.ids(path, prepared)
      #expect(ids == plain)
    }
    #expect(try place.isUsed())
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.file("cache/tokenizers")).count == 1)
  }
}
