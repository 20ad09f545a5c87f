import Foundation
import MemoryModel
import TestSupport
import Testing

/// What memsh keeps of a model to be quicker the next time: it changes no answer, whatever becomes of it.
@Suite struct ModelCacheTests {
  private static let models = ProcessInfo.processInfo.environment["MEMSH_TEST_MODELS"]

  @Test("a search keeps the tokenizer's form for its owner only; without it or with a damaged one it finds the same")
  func keepsForm() throws {
    let world = try World()
    let folder = world.folder.file("data/memsh/models/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let models = try #require(Self.models, "run the tests with scripts/test, which fetches the model")
    let name = "wordllama-l2-supercat-256"
    try FileManager.default.createSymbolicLink(
      atPath: folder + name, withDestinationPath: models + "/" + name)
    let filled = "schema --create; add 'Prefers a double espresso' --user ada; add 'An overdue invoice' --user ada"
    #expect(try world.run(["-c", filled]).status == 0)

    func search() throws -> String {
      let found = try world.run(["search", "a strong coffee", "--mode", "semantic", "--output", "json"])
      #expect(found.status == 0 && found.errors.isEmpty, "\(found.errors)")
      return found.output
    }
    let expected = try search()
    #expect(expected.contains("espresso"))
    let cache = world.folder.file("cache/memsh/tokenizers")
    let form = try #require(FileManager.default.contentsOfDirectory(atPath: cache).first)
    func rights(_ path: String) throws -> Int? {
      (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
    #expect(try rights(cache) == 0o700)
    let path = cache + "/" + form
    #expect(try rights(path) == 0o600)
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    for damaged in [Data(), good.prefix(good.count / 2), Data(good.map { $0 ^ 1 })] {
      try damaged.write(to: URL(fileURLWithPath: path))
      #expect(try search() == expected)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == good)
    }
    // Nothing can be kept where a file stands in the folder's place.
    try FileManager.default.removeItem(atPath: cache)
    try world.folder.write("", to: "cache/memsh/tokenizers")
    #expect(try search() == expected)
  }
}
