/// The form of another memory system that memories are written out in: the words of `export --format`.
package enum ForeignFormat: String, Sendable, CaseIterable {
  /// What mem0's `get_all` gives.
  case mem0
  /// The file of the MCP reference server "memory".
  case mcpMemory = "mcp-memory"
  /// A collection of LangChain's PGVector.
  case langchainPGVector = "langchain-pgvector"
  /// A collection of mem0's pgvector store.
  case mem0PGVector = "mem0-pgvector"

  /// The collection that the system's library uses where it is told no other name; nil for a form that is text.
  package var defaultCollection: String? {
    switch self {
    case .mem0, .mcpMemory: nil
    case .langchainPGVector: "langchain"
    case .mem0PGVector: "mem0"
    }
  }

  /// Whether it is text, for a file or a pipe; otherwise it is a collection with vectors, in a PostgreSQL database.
  package var isText: Bool { defaultCollection == nil }
}

/// Writes memories out in the form of another memory system.
package protocol MemoryWriter: AnyObject {
  /// Whether the memories of a user must come one behind the other.
  var takesUsersTogether: Bool { get }
  /// Whether it writes vectors.
  var takesVectors: Bool { get }
  /// What it has made beside the rows, as a person would name it.
  var made: [String] { get }

  /// Runs what writes: all of it comes to be, or nothing.
  func whole<Value>(_ body: () throws -> Value) throws -> Value
  /// Writes memories.
  func write(_ memories: [Memory]) throws
  /// Ends what was written; called once, in ``whole(_:)``.
  func finish() throws
}

extension MemoryWriter {
  package var takesUsersTogether: Bool { false }
  package var takesVectors: Bool { false }
  package var made: [String] { [] }
  package func whole<Value>(_ body: () throws -> Value) throws -> Value { try body() }
}
