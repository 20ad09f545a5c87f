import PostgresClient

extension PostgresDriver {
  /// What memsh's own statements may find there already, or not there any more: schemas, tables, columns, objects.
  private static let expectedStates = ["42P06", "42P07", "42701", "42710"]

  package func takeNotices() -> [String] {
    defer { ownNotices = [] }
    let others = pool.notices.take().filter { notice in
      !PostgresDriver.expectedStates.contains(notice.sqlState) && !notice.message.hasSuffix(", skipping")
    }
    return ownNotices + others.map(\.message)
  }
}
