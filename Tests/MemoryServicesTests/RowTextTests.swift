import Database
import MemoryModel
import Testing

@testable import MemoryServices

/// A row's text, which is written without a value for each number, is that of the row's JSON.
@Suite struct RowTextTests {
  private static let moment = Timestamp(microseconds: 1_735_689_600_123_456)

  private static func memory(_ change: (inout MemoryFields) -> Void) -> Memory {
    var fields = MemoryFields(userID: "ada", content: "likes tea", createdAt: moment, updatedAt: moment)
    change(&fields)
    return Memory(id: 7, fields: fields)
  }

  private static let memories = [
    memory { _ in },
    memory {
      $0.embedding = Vector([0, -0.0, 1, -1.5, 0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 16_777_216, 1e16])
    },
    memory { $0.embedding = Vector([1, .nan]) },
    memory { $0.embedding = Vector([]) },
    memory {
      $0.content = "a \"quote\", a \\, a\nline, \u{0}\u{7F}\u{202E}\u{2028} é 𝄞"
      $0.importanceScore = .infinity
      $0.metadata = .object([JSON.Member("k\n", .array([.number("1e400"), .null]))])
    },
    memory {
      ($0.metadata, $0.category, $0.createdAt, $0.accessCount) = (nil, nil, nil, nil)
      $0.importanceScore = -0.0
      $0.added = [
        AddedValue(column: AddedColumn(name: "a \"b\"", type: "REAL", database: .sqlite), value: .double(-.infinity)),
        AddedValue(column: AddedColumn(name: "c", type: "BLOB", database: .sqlite), value: .bytes([0, 255])),
      ]
    },
  ]

  @Test("with embeddings and without", arguments: memories, [true, false])
  func isSame(memory: Memory, embeddings: Bool) {
    var bytes: [UInt8] = []
    RowLines(.memories, embeddings: embeddings).append(memory, to: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.utf8.elementsEqual(RowJSON.json(memory, embeddings: embeddings).text.utf8), "\(text)")
  }
}
