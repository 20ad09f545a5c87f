import Database
import Foundation
import MemoryModel
import MemoryServices
import MemoryStore
import Testing

@testable import Shell

/// A session without a process around it: each service is a few lines.
@Suite struct SessionServicesTests {
  @Test("`history` lists what the history's file holds")
  func listsHistory() throws {
    let session = Session.fake(paths: .below("/nonexistent"))
    guard case .table(let table) = try HistoryCommand.parse([]).run(in: session).output else {
      Issue.record("no table")
      return
    }
    #expect(table.rows.isEmpty)
  }

  @Test("the embedder of the store's own space goes before the one in use, unless another was chosen")
  func choosesEmbedder() throws {
    let (own, other) = (EmbeddingSpace.fake("local", "own"), EmbeddingSpace.fake("openai", "other"))
    /// What is at hand besides the embedder in use, what was chosen, and whose vectors are made then; nil for none.
    let table: [(available: [EmbeddingSpace], choice: EmbedderChoice?, result: EmbeddingSpace?)] = [
      ([own], nil, own), ([], nil, nil), ([own], .openai, nil), ([], .openai, nil),
    ]
    for row in table {
      let session = Session.fake(embedders: FakeEmbedders(inUse: other, available: row.available))
      session.settings.embedding.choice = row.choice
      #expect(try session.embedder(of: own)?.space == row.result, "\(row)")
      #expect(try session.embedder(of: other)?.space == (row.choice == nil ? nil : other), "\(row)")
      #expect(try session.embedder().space == other)
    }
  }

  @Test("`@NAME` is the place of a named connection; a label that is given goes before its own")
  func findsPlaces() throws {
    let files = FakeFiles([
      "/x/connections.json": #"{"prod": {"location": "postgresql://db/x", "label": "production"}}"#
    ])
    let session = Session.fake(paths: .below("/x"), files: files)
    let place = try session.place("@prod")
    #expect(place.location == "postgresql://db/x" && place.label?.isProduction == true && place.name == "prod")
    #expect(try session.place("@prod", label: ConnectionLabel("test")).label?.name == "test")
    #expect(try session.place("./@prod").location == "./@prod")
    #expect(throws: MemshError.self) { try session.place("@nobody") }
    #expect(Completer(session: session).complete("connect @p").candidates.map(\.text) == ["@prod"])
    #expect(Completer(session: session).complete("connections remove ").candidates.map(\.text) == ["prod"])
    files.danger = "others may write it"
    #expect(throws: MemshError.self) { try session.place("@prod") }
  }
}
