import MemoryModel

/// OpenMemory (CaviraOSS), Python and JavaScript: memories in sectors, with a vector for each sector and their mean.
extension MemorySystem {
  static let openMemory = tables("OpenMemory") { database, list, _ in
    guard database.backend == .sqlite,
      let memories = list.table("memories", with: "id", "content", "primary_sector", "salience", "meta"),
      // The application may name it otherwise.
      let vectors = list.tables.first(where: { $0.module == nil && $0.has("id", "sector", "v", "dim") })
    else { return nil }
    let others = [("temporal_facts", "facts with times"), ("waypoints", "links between memories")]
    return TableReader(
      "OpenMemory", database, [OpenMemory.mapping(memories, vectors)],
      version: memories.has("norm_vector") ? "Python" : "JavaScript",
      remarks: try list.remarks(on: others, database))
  }
}

private enum OpenMemory {
  /// What the system computes from the content and the vectors.
  static let derived: Set<String> = [
    "simhash", "vector", "norm_vector", "compressed_vec", "mean_vec", "mean_dim", "segment",
  ]

  static func mapping(_ table: TableList.Table, _ vectors: TableList.Table) -> TableMapping {
    let wanted: [(SourceRole, String)] = [
      (.id, "id"), (.user, "user_id"), (.content, "content"), (.metadata, "meta"), (.created, "created_at"),
      (.updated, "updated_at"), (.accessed, "last_seen_at"),
    ]
    let present = wanted.filter { table.has($0.1) }
    var mapping = TableMapping(table, columns: Dictionary(uniqueKeysWithValues: present))
    mapping.vectorForm = .floats
    mapping.consumed.formUnion(derived)
    func vector(of sector: String) -> String {
      "(SELECT v.v FROM \(vectors.quotedName) v WHERE v.id = t.id AND v.sector = \(sector) LIMIT 1)"
    }
    let mean = table.has("mean_vec") ? ", t.mean_vec" : ""
    mapping.roles[.vector] = "COALESCE(\(vector(of: "t.primary_sector")), \(vector(of: "'_mean'"))\(mean))"
    mapping.order = "t.created_at, t.id"
    mapping.adjust = { row in
      for name in ["tags", "sectors"] {
        let value = row.take(name)
        row.otherColumns.append((name, value.document.map(SourceValue.json) ?? value))
      }
      row.nameUserAfterMetadata()
    }
    return mapping
  }
}
