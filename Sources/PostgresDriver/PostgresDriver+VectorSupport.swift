import Database
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// Reports, and creates where asked, what vectors need.
  package func vectorSupport(_ action: VectorSupportAction) throws -> VectorSupport {
    var support = try currentSupport()
    guard let available = support.availableVersion ?? support.installedVersion else {
      throw try pgvectorMissing(server: support.server)
    }
    if support.installedVersion == nil, action != .check {
      guard support.mayCreate else { throw try mayNotCreate() }
      // In a schema of one store, the extension would go when that store goes.
      let place = schemaName == nil ? "" : " SCHEMA public"
      do { try execute(unsafeSQL: "CREATE EXTENSION IF NOT EXISTS vector" + place) } catch {
        // IF NOT EXISTS does not help against another session that creates it at this very moment.
        guard try currentSupport().installedVersion != nil else { throw error }
      }
      support = try currentSupport()
      support.changed = true
    } else if action == .update, let installed = support.installedVersion, installed != available {
      try execute(unsafeSQL: "ALTER EXTENSION vector UPDATE")
      support = try currentSupport()
      support.changed = true
    }
    // What this transaction has created Citus has created on all servers, where another session would wait for its end.
    let isEverywhere = try support.changed && isInTransaction()
    if action != .check, !isEverywhere, try state().citusVersion != nil { try ensureVectorOnNodes() }
    return support
  }

  /// Stores vectors, measures distances and builds each kind of index, in a transaction that is rolled back.
  package func testVectors(dimensions: Int) throws -> [String] {
    guard let version = try pgvectorVersion() else { return [] }
    return try transaction(.rollback) {
      try showExtension()
      // One vector of ones, one of ones and zeros in turn: their cosine is the root of the share of ones.
      let ones = "pg_catalog.array_fill(1::real, ARRAY[\(dimensions)])::vector"
      try execute(
        unsafeSQL: """
          CREATE TEMP TABLE memsh_vector_test (embedding vector(\(dimensions))) ON COMMIT DROP;
          INSERT INTO pg_temp.memsh_vector_test VALUES (\(ones)),
            ((SELECT pg_catalog.array_agg((i % 2)::real) FROM generate_series(1, \(dimensions)) AS i)::vector)
          """)
      let distances = try query(
        "SELECT (embedding <=> \(raw: ones))::float8 FROM pg_temp.memsh_vector_test ORDER BY 1"
      ).rows.compactMap { try $0.double(0) }
      let expected = [0, 1 - (Double((dimensions + 1) / 2) / Double(dimensions)).squareRoot()]
      guard zip(distances, expected).allSatisfy({ abs($0 - $1) < 1e-6 }), distances.count == 2 else {
        throw MemshError(.storeFailed, "pgvector measures wrong distances: \(distances) instead of \(expected)")
      }
      var tested = ["insert", "distance"]
      guard let shape = VectorIndexShape(dimensions: dimensions, version: version) else { return tested }
      for method in version.indexMethods {
        let options = method == .ivfflat ? " WITH (lists = 1)" : ""
        try execute(
          unsafeSQL: "CREATE INDEX ON pg_temp.memsh_vector_test USING \(method.rawValue) "
            + "(\(shape.expression) \(shape.operatorClass))\(options)")
        tested.append("\(method.rawValue) index")
      }
      return tested
    }
  }

  /// pgvector's version; nil when it is not installed in this database.
  func pgvectorVersion() throws -> PgvectorVersion? { try state().pgvectorVersion }

  private func currentSupport() throws -> VectorSupport {
    let row = try query(
      """
      SELECT current_setting('server_version'),
        (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
        (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'),
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
          OR (pg_catalog.has_database_privilege(current_database(), 'CREATE') AND EXISTS (
            SELECT FROM pg_available_extension_versions WHERE name = 'vector' AND trusted))
      """
    ).first
    let installed = try row?.text(1)
    var support = VectorSupport(
      server: "PostgreSQL \(try row?.text(0)?.split(separator: " ").first ?? "")", engine: "pgvector",
      installedVersion: installed, availableVersion: try row?.text(2), mayCreate: try row?.boolean(3) ?? false,
      indexableDimensions: installed.map { PgvectorVersion($0).indexableDimensions })
    support.indexMethods = installed.map { PgvectorVersion($0).indexMethods } ?? []
    return support
  }

  private func mayNotCreate() throws -> MemshError {
    let row = try query("SELECT current_user::text, current_database()::text").first
    let (role, database) = (try row?.text(0) ?? "", try row?.text(1) ?? "")
    return MemshError(
      .permissionDenied, "permission denied to create extension \"vector\": the role \(role) may not do that",
      hint: "as a superuser: psql -d \(database) -c 'CREATE EXTENSION vector'")
  }

  private func pgvectorMissing(server: String) throws -> MemshError {
    let number = try query("SELECT current_setting('server_version_num')").first?.text(0).flatMap(Int.init) ?? 0
    return MemshError(
      .pgvectorMissing, "pgvector extension is not available in this PostgreSQL instance (\(server))",
      hint: "install it on the server: apt install postgresql-\(number / 10_000)-pgvector, dnf install "
        + "pgvector_\(number / 10_000), or brew install pgvector; then run `ensure-vector` again")
  }
}

extension StoreState {
  /// pgvector's version; nil when it is not installed in this database.
  var pgvectorVersion: PgvectorVersion? { vectorExtension.map { PgvectorVersion($0.version) } }
}

/// A version of pgvector and what it can do (pgvector's CHANGELOG).
struct PgvectorVersion {
  private let parts: [Int]

  init(_ text: String) {
    parts = text.split(separator: ".").map { Int($0) ?? 0 }
  }

  private func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
    !parts.lexicographicallyPrecedes([major, minor])
  }

  /// HNSW came with 0.5.0.
  var hasHNSW: Bool { isAtLeast(0, 5) }
  /// halfvec, which an index holds up to 4,000 dimensions of, came with 0.7.0.
  var hasHalfvec: Bool { isAtLeast(0, 7) }

  /// Scans that go on until enough rows have passed a filter came with 0.8.0.
  var hasIterativeScan: Bool { isAtLeast(0, 8) }

  /// The methods of index, the best one last to be built.
  var indexMethods: [VectorIndexMethod] { hasHNSW ? [.ivfflat, .hnsw] : [.ivfflat] }

  var indexableDimensions: Int { hasHalfvec ? VectorIndexShape.halfvecLimit : VectorIndexShape.vectorLimit }
}

/// In which form vectors of some length are indexed.
enum VectorIndexShape: Equatable {
  /// On the column itself.
  case vector
  /// On the column cast to 16-bit floats; a query must repeat the cast.
  case halfvec(dimensions: Int)

  /// The longest `vector` that an index holds.
  static let vectorLimit = 2_000
  /// The longest `halfvec` that an index holds.
  static let halfvecLimit = 4_000

  /// The form for a length; nil when no index can hold it.
  init?(dimensions: Int, version: PgvectorVersion) {
    if dimensions <= VectorIndexShape.vectorLimit {
      self = .vector
    } else if dimensions <= VectorIndexShape.halfvecLimit, version.hasHalfvec {
      self = .halfvec(dimensions: dimensions)
    } else {
      return nil
    }
  }

  /// The expression that is indexed.
  var expression: String {
    switch self {
    case .vector: "embedding"
    case .halfvec(let dimensions): "(embedding::halfvec(\(dimensions)))"
    }
  }

  /// The operator class for cosine distance.
  var operatorClass: String {
    switch self {
    case .vector: "vector_cosine_ops"
    case .halfvec: "halfvec_cosine_ops"
    }
  }

  /// The cast that the query's own vector needs.
  var cast: String {
    switch self {
    case .vector: "::vector"
    case .halfvec(let dimensions): "::halfvec(\(dimensions))"
    }
  }
}
