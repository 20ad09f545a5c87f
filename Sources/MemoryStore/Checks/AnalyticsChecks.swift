import Database
import MemoryModel

/// What can be wrong with noted searches.
extension Check {
  /// Those of noted searches, in the order in which they are made.
  static let ofAnalytics = [
    analyticsValueType, analyticsNegative, analyticsFuture,
  ]

  package static let analyticsValueType = Check.ofTypes(
    "analytics_value_type", in: .analytics, "searches with values of another type than their column's",
    fix: "convert them, or set NULL")

  package static let analyticsNegative = Check(
    "analytics_negative", .warning, in: .analytics, "a count or time is negative", fix: "set it to 0",
    finds: "\(sound: .resultCount) < 0 OR \(sound: .responseTime) < 0",
    .values([.resultCount, .responseTime].map { .set($0, to: "0", where: "\(sound: $0) < 0") }))

  package static let analyticsFuture = Check(
    "analytics_future", .warning, in: .analytics, "searches in the future", fix: "set the time to now",
    byNameBecause: "the clock that wrote it may be right, or off by its time zone", finds: .isFuture(.created),
    .values([.set(.created, to: .now)]))
}
