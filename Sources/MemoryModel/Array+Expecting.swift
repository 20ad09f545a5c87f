extension Array {
  /// Elements that room is made for at most, because somebody says that they will come.
  private static var expectedMaximum: Int { 2_000_000 }

  /// Makes room for elements that are about to come, so that growing copies nothing.
  ///
  /// - Parameter count: How many a database says there are. It may be wrong: what goes beyond some millions, or below zero,
  ///   is not believed, and costs a copy when it comes.
  package mutating func reserve(expecting count: Int64) {
    reserveCapacity(Int(clamping: Swift.min(Swift.max(0, count), Int64(Self.expectedMaximum))))
  }
}
