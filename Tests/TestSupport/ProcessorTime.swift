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

/// The processor time that this thread has had since it began.
private func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
