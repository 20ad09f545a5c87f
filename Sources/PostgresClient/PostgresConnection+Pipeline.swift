internal import CLibPQ
internal import LazyLibraries

/// A statement with its values.
package struct PostgresStatement: Sendable {
  /// The statement, with `$1`, `$2`, … for its values.
  package let text: String
  /// The values, bound.
  package let values: [PostgresValue]

  /// Joins the two.
  package init(_ text: String, _ values: [PostgresValue] = []) {
    self.text = text
    self.values = values
  }
}

extension PostgresConnection {
  /// Runs statements one after the other in one round trip. What follows one that fails is not run.
  ///
  /// - Returns: The answers of those that succeeded, and why the next one did not; nil when all did.
  package func run(_ statements: [PostgresStatement]) -> (results: [PostgresResult], failure: PostgresError?) {
    guard statements.count > 1, memsh_libpq_pipelines() != 0 else { return runSingly(statements) }
    guard PQenterPipelineMode(handle) == 1 else { return ([], connectionError()) }
    let sent = statements.prefix { statement in
      withEncoded(statement.values) { count, types, values, lengths, formats in
        PQsendQueryParams(handle, statement.text, count, types, values, lengths, formats, 1) == 1
      }
    }.count
    let refusal = sent < statements.count ? connectionError() : nil
    guard PQpipelineSync(handle) == 1 else { return ([], connectionError()) }
    var results: [PostgresResult] = []
    var failure: PostgresError?
    for _ in 0..<sent {
      // Each has one answer, and a NULL behind it.
      while let result = PQgetResult(handle) {
        guard failure == nil else {
          PQclear(result)
          continue
        }
        do { results.append(try checked(result)) } catch { failure = error as? PostgresError ?? connectionError() }
      }
      if isBroken { break }
    }
    // The answer to the end of the statements.
    if !isBroken, let end = PQgetResult(handle) { PQclear(end) }
    if isBroken, failure == nil { failure = connectionError() }
    guard PQexitPipelineMode(handle) == 1 || isBroken else {
      return (results, PostgresError(kind: .connectionLost, message: "the answers are not those to the statements"))
    }
    return (results, failure ?? refusal)
  }

  /// The same in as many round trips, for a libpq that cannot send several at a time.
  private func runSingly(_ statements: [PostgresStatement]) -> (results: [PostgresResult], failure: PostgresError?) {
    var results: [PostgresResult] = []
    for statement in statements {
      do { results.append(try query(unsafeSQL: statement.text, statement.values)) } catch {
        return (results, error as? PostgresError ?? connectionError())
      }
    }
    return (results, nil)
  }
}
