import MemoryModel

extension StoreState {
  /// Every table, index and trigger of the memory system with its state.
  package var schema: [SchemaObject] {
    func object(_ kind: SchemaObject.Kind, _ name: String, _ table: String, _ found: RealObject?) -> SchemaObject {
      let state: SchemaObject.State = found.map { $0.isValid ? .present : .invalid } ?? .missing
      return SchemaObject(kind: kind, name: name, table: table, state: state, definition: found?.definition)
    }
    let byName = { (objects: [RealObject], name: String) in objects.first { $0.name == name } }
    return Table.names.map { name in
      SchemaObject(
        kind: .table, name: name, table: name, state: tables[name] == nil ? .missing : .present,
        definition: tables[name]?.definition)
    }
      + (SchemaNames.vectorIndexes.map { ($0.name, $0.table) } + SchemaNames.indexes.map { ($0.name, $0.table) })
      .map { object(.index, $0.0, $0.1, byName(indexes, $0.0)) }
      + SchemaNames.triggers.map { object(.trigger, $0.name, $0.table, byName(triggers, $0.name)) }
  }

  /// Columns that refuse NULL though the applications write it: `memories.created_at`. An agent's default counts as such:
  /// it stands where NULL means every agent.
  ///
  /// Only of tables that memsh made, which their default for `created_at` tells: what others refuse in theirs is up to
  /// them.
  ///
  /// - Parameter now: How the database says memsh's default for a moment, from its beginning.
  package func columnsRefusingNull(now: String) -> [String] {
    Table.all.flatMap { table -> [String] in
      guard let real = tables[table.name], real.column(Column.created.name)?.defaultText?.hasPrefix(now) == true else {
        return []
      }
      return table.columns.filter(\.wasRequired).filter { column in
        guard let real = real.column(column.name) else { return false }
        return real.isRequired
          || column == .agent && real.defaultText?.hasPrefix(PromptFragment.everyAgent.quotedLiteral) == true
      }.map { "\(table.name).\($0.name)" }
    }
  }
}
