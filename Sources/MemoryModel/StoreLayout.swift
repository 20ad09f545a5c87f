/// How the memories of a store are laid out; the other three tables are always plain ones.
package enum StoreLayout: String, Sendable, CaseIterable {
  /// One plain table.
  case single
  /// PostgreSQL's partitions on one server, by the hash of the user.
  case partitioned
  /// Shards on several servers, by the hash of the user, which Citus looks after.
  case citus

  /// What a part of it is called: `partition`.
  package var part: String {
    switch self {
    case .single: "table"
    case .partitioned: "partition"
    case .citus: "shard"
    }
  }
}

/// A layout that a store has, or is to get.
package struct LaidOut: Sendable, Equatable {
  /// The layout.
  package let layout: StoreLayout
  /// How many partitions or shards; 1 for a single table.
  package let parts: Int

  /// Describes a layout.
  package init(_ layout: StoreLayout, parts: Int) {
    self.layout = layout
    self.parts = layout == .single ? 1 : parts
  }

  /// `single`, `12 partitions`.
  package var description: String {
    layout == .single ? "a single table" : "\(counted(parts, layout.part))\(layout == .citus ? " on Citus" : "")"
  }
}

/// A layout that is wished for.
package struct LayoutWish: Sendable, Equatable {
  /// The layout.
  package let layout: StoreLayout
  /// How many partitions or shards; nil for what suits the server.
  package let parts: Int?

  /// So many parts there may be: each costs the planner of every statement a little.
  package static let partsMaximum = 1_024

  /// Describes a wish.
  package init(_ layout: StoreLayout, parts: Int? = nil) {
    self.layout = layout
    self.parts = parts
  }

  /// Reads `partitioned`, or `partitioned 12`; nil for anything else.
  package init?(parsing text: String) {
    let words = text.split(separator: " ")
    guard let layout = words.first.flatMap({ StoreLayout(rawValue: String($0)) }), words.count <= 2 else { return nil }
    self.init(layout, parts: words.count == 2 ? Int(words[1]) : nil)
    guard words.count == 1 || parts.map((1...LayoutWish.partsMaximum).contains) == true else { return nil }
  }
}

/// A partition or a shard.
package struct LayoutPart: Sendable, Equatable {
  /// Its name.
  package let name: String
  /// The server that it stands on, as `host:port`; nil for the store's own.
  package let node: String?
  /// Its rows; nil when its server does not answer.
  package let rows: Int64?
  /// What it takes with its indexes; nil when its server does not tell.
  package let bytes: Int64?

  /// Describes a part.
  package init(name: String, node: String?, rows: Int64?, bytes: Int64?) {
    self.name = name
    self.node = node
    self.rows = rows
    self.bytes = bytes
  }
}
