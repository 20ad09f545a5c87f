import Database
import Foundation
import MemoryModel
import MemoryServices
import TestSupport
import Testing

/// The comparison of a store's vectors with those of a model: it is made once, and again when anything that it looked at
/// has changed.
@Suite struct OriginNotesTests {
  /// Counts the texts that it embeds.
  private final class Counting: Embedder {
    private let embedder = LetterEmbedder()
    private(set) var texts = 0
    var space: EmbeddingSpace { embedder.space }
    let notice: String? = nil

    func embed(_ texts: [String]) throws -> [Vector] {
      self.texts += texts.count
      return try embedder.embed(texts)
    }
  }

  /// A store, a model's folder and a file of notes.
  private struct Place {
    let fixture: Fixture
    let folder: TestFolder
    let model: InstalledModel

    init(_ kind: StoreKind) throws {
      fixture = try Fixture.filled(kind)
      folder = try TestFolder()
      try FileManager.default.createDirectory(atPath: folder.file("model/1_Pooling"), withIntermediateDirectories: true)
      try folder.write("weights", to: "model/model.safetensors")
      try folder.write("pooling", to: "model/1_Pooling/config.json")
      model = InstalledModel(
        name: "model", folder: folder.file("model"), kind: .encoder, dimensions: Fixture.space.dimensions, tokens: 1,
        bytes: 7)
    }

    var notes: String { folder.file("cache/origins") }

    /// Compares.
    ///
    /// - Returns: What was found, and how many texts were embedded for it.
    func check() throws -> (check: OriginCheck, texts: Int) {
      let embedder = Counting()
      let check = try OriginCheck(fixture.store, embedder, of: model, notes: OriginNotes(path: notes))
      return (check, embedder.texts)
    }
  }

  @Test("a comparison is made once, for a store and for its copy", arguments: StoreKind.allCases)
  func isMadeOnce(kind: StoreKind) throws {
    let place = try Place(kind)
    let first = try place.check()
    #expect(first.texts > 5 && first.texts == first.check.compared && first.check.isSame)
    for _ in 0..<2 {
      let again = try place.check()
      #expect(again.texts == 0 && again.check == first.check)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: place.notes)).count < 100)
  }

  @Test(
    "it is made again when a text, a vector or a file of the model has changed", arguments: StoreKind.allCases)
  func isMadeAgain(kind: StoreKind) throws {
    let place = try Place(kind)
    let first = try place.check()
    let id = try #require(try place.fixture.store.memoriesWithVectors(limit: 1).first?.id)
    try place.fixture.store.update([.content("!!!!!!!!!!!!!!!!")], memories: [id])
    let changed = try place.check()
    #expect(changed.texts == first.texts && changed.check.equal == first.check.equal - 1)
    try place.fixture.store.update([.embedding(nil)], memories: [id])
    let fewer = try place.check()
    #expect(fewer.texts > 0 && fewer.texts == fewer.check.compared)
    for file in ["model/model.safetensors", "model/1_Pooling/config.json"] {
      #expect(try place.check().texts == 0)
      try place.folder.write("changed", to: file)
      #expect(try place.check().texts == fewer.texts, "\(file)")
    }
  }

  @Test("notes that are damaged, impossible or another user's are not believed")
  func distrusts() throws {
    let place = try Place(.sqlite)
    let first = try place.check()
    let notes = try String(contentsOfFile: place.notes, encoding: .utf8)
    let fingerprint = try #require(notes.split(separator: " ").first)
    func write(_ text: String, _ mode: mode_t = 0o600) throws {
      try text.write(toFile: place.notes, atomically: true, encoding: .utf8)
      chmod(place.notes, mode)
    }
    // The other way round: what stands there is believed.
    try write("\(fingerprint) 0 3\n")
    #expect(try place.check().check.equal == 0)
    for text in [
      "", "\0\u{FF}", "\(fingerprint)", "\(fingerprint) 4 3\n", "\(fingerprint) -1 3\n", "\(fingerprint) 0 0\n",
      "\(fingerprint) 1 99999999999999999999\n", "\(fingerprint) 1 9000000000000\n", "\(fingerprint) 0 3 0\n",
    ] {
      try write(text)
      let again = try place.check()
      #expect(again.texts == first.texts && again.check == first.check, "\(text)")
    }
    for mode: mode_t in [0o620, 0o602] {
      try write("\(fingerprint) 0 3\n", mode)
      #expect(try place.check().check == first.check)
    }
    try FileManager.default.removeItem(atPath: place.notes)
    try FileManager.default.createDirectory(atPath: place.notes, withIntermediateDirectories: true)
    for _ in 0..<2 { #expect(try place.check().texts == first.texts) }
  }
}
