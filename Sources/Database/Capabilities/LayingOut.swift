import MemoryModel

/// The part of a store that spreads its memories over partitions or servers.
package protocol LayingOut: AnyObject {
  /// How many partitions or shards there are; 1 for a single table.
  func partCount(in state: StoreState) throws -> Int

  /// The partitions or shards, in order; none for a single table.
  func parts(in state: StoreState) throws -> [LayoutPart]

  /// How many parts suit this server, or these servers.
  ///
  /// - Throws: `store_failed` where there can be no such layout.
  func suitingParts(for layout: StoreLayout) throws -> Int

  /// The layout for new tables that the database is set to, in its setting `memsh.layout`; nil where there is none.
  ///
  /// - Throws: `usage` for a setting that says nothing.
  func presetLayout() throws -> LayoutWish?

  /// What others made that keeps the table of memories from another layout.
  func objectsInTheWay(of goal: StoreLayout, in state: StoreState) throws -> [ForeignObject]

  /// Gives the table of memories another layout. Belongs into a transaction, which has locked the tables.
  ///
  /// - Parameter refers: Whether the records of duplicates are to refer to the memories, where they can.
  /// - Returns: Whether they did so before.
  func layOut(
    _ goal: LaidOut, in state: StoreState, refers: Bool, _ progress: any ProgressReporter
  ) throws -> Bool

  /// Does what can only be done when that transaction has been committed; may be called again.
  func finishLayout(in state: StoreState) throws
}
