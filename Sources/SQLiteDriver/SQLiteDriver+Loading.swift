import Database
import GRDB
import MemoryModel

extension SQLiteDriver {
  /// Runs `body`, which fills the table of memories. Where that is empty its indexes go before and are built anew over all
  /// rows at once, which takes half as long as keeping them up to date row by row.
  package func whileLoadingMemories<Value>(
    _ progress: any ProgressReporter, _ body: () throws -> Value
  ) throws -> Value {
    let isEmpty = try read { try $0.firstRow("SELECT 1 FROM memories LIMIT 1") { _ in true } == nil }
    let statements = isEmpty ? try dropIndexesOfMemories() : []
    let value = try body()
    for (number, statement) in statements.enumerated() {
      progress.progress("Building indexes", done: Int64(number), total: Int64(statements.count))
      try write { try $0.execute(sql: statement) }
    }
    return value
  }

  /// Drops memsh's own indexes on memories, as far as they are whole.
  ///
  /// - Returns: The statements that make them again.
  private func dropIndexesOfMemories() throws -> [String] {
    let definitions = try presentDefinitions()
    var (drops, statements) = ([String](), [String]())
    for name in Table.memories.indexes.map(\.name) {
      guard let definition = definitions["index \(name)"], !definition.isEmpty else { continue }
      drops.append("DROP INDEX \(name)")
      statements.append(definition)
    }
    if try isWhole(SearchDDL.text), let definition = definitions["table \(SearchDDL.textIndex)"] {
      drops.append(SearchDDL.text.drop)
      statements.append(SearchDDL.createTextIndex(language: SearchDDL.language(ofIndex: definition)))
    }
    if try isWhole(SearchDDL.vectors) {
      drops.append(SearchDDL.vectors.drop)
      statements.append(SearchDDL.createVectorLog)
    }
    vectors = nil
    try write { for statement in drops { try $0.execute(sql: statement) } }
    return statements
  }
}
