import Database
import Foundation
import MemoryModel
import PostgresClient

extension PostgresDriver {
  /// An arbitrary number that every memsh uses for "building indexes in this database", which goes on after a migration's
  /// transaction: the bytes of "memix". That for migrating is ``PostgresDialect/migrationLock``.
  private static let indexLock: Int64 = 0x6D65_6D69_78
  private static let pollSeconds = 0.5

  /// Runs `body` while no other memsh builds indexes in this database.
  ///
  /// The lock is tried again and again, never waited for: CREATE INDEX CONCURRENTLY itself waits for every statement
  /// that has begun before it, so a waiter and a builder would wait for each other.
  func whileBuildingAlone<Value>(_ progress: any ProgressReporter, _ body: () throws -> Value) throws -> Value {
    var hasSaidSo = false
    while try query("SELECT pg_try_advisory_lock(\(lockKey(PostgresDriver.indexLock)))").first?.boolean(0) != true {
      if !hasSaidSo { progress.report(.waiting(.indexBuild)) }
      hasSaidSo = true
      Thread.sleep(forTimeInterval: PostgresDriver.pollSeconds)
      try interruption.check()
    }
    // The session's end gives the lock back as well.
    defer { cleanUp("SELECT pg_advisory_unlock_all()") }
    return try body()
  }

  /// The key of a lock on this store: each schema of a database has its own.
  private func lockKey(_ purpose: Int64) -> SQL {
    guard let schemaName else { return "\(purpose)" }
    return "pg_catalog.hashtextextended(\(schemaName), \(purpose))"
  }
}
