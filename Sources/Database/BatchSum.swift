/// The sum of an answer's rows, handed over some hundred rows at a time: threads that hand over each row keep each other
/// waiting.
package struct BatchSum<Sum> {
  private let start: Sum
  private let adding: (inout Sum, any Row) throws -> Void
  private var sum: Sum
  private var count = 0

  private static var rowsAtOnce: Int { 200 }

  /// Begins with the sum of no rows, and a function that adds one.
  package init(_ start: Sum, _ adding: @escaping (inout Sum, any Row) throws -> Void) {
    (self.start, self.adding, sum) = (start, adding, start)
  }

  /// Adds a row, and hands over the sum when there are enough.
  package mutating func add(_ row: any Row, _ hand: (Sum) throws -> Void) throws {
    try adding(&sum, row)
    count += 1
    if count == BatchSum.rowsAtOnce { try finish(hand) }
  }

  /// Hands over what has not been handed over, and begins anew.
  package mutating func finish(_ hand: (Sum) throws -> Void) throws {
    if count > 0 { try hand(sum) }
    (sum, count) = (start, 0)
  }
}
