import Foundation

/// The processor time that `work` takes on this thread.
///
/// It is what a limit on how time grows is set on: other tests run on the same cores, so the clock on the wall tells how much
/// they had to do as well. What `work` leaves to other threads does not count.
package func processorTime(_ work: () throws -> Void) rethrows -> Duration {
  let start = threadTime()
  try work()
  return threadTime() - start
}

/// How many times as long `work` takes for `sizes.upperBound` as for `sizes.lowerBound`, in processor time of this thread.
///
/// A limit on it holds on a slow machine and with a sanitizer as well. Eight times the size takes about eight times as long
/// where the time is that of the length, and sixty-four times as long where it grows with the square; `growthLimit` lies
/// between the two. The smaller size is measured three times and the longest of them counts.
package func timeGrowth(over sizes: ClosedRange<Int>, of work: (Int) throws -> Void) rethrows -> Double {
  var small = Duration.zero
  for _ in 0..<3 { small = max(small, try processorTime { try work(sizes.lowerBound) }) }
  return try processorTime { try work(sizes.upperBound) } / small
}

/// The growth of the time that eight times the size may have; see `timeGrowth`.
package let growthLimit = 24.0

/// The processor time that this thread has had since it began.
private func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
