/// Where long work tells how far it is. The shell decides whether and how anybody sees it.
package protocol ProgressReporter: AnyObject {
  /// Something worth telling has happened.
  func report(_ event: WorkEvent)

  /// How far the current stage is; called often, shown now and then.
  ///
  /// - Parameters:
  ///   - done: What is done, of `total`; 0 as total means that nobody knows.
  ///   - bytes: How many bytes have been moved; nil where that says nothing.
  func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?)
}

extension ProgressReporter {
  /// How far a stage is in which no bytes are counted.
  package func progress(_ stage: String, done: Int64, total: Int64) {
    progress(stage, done: done, total: total, bytes: nil)
  }
}

/// Shows no progress.
package final class SilentProgress: ProgressReporter {
  /// Tells nobody.
  package init() {}

  package func report(_ event: WorkEvent) {}
  package func progress(_ stage: String, done: Int64, total: Int64, bytes: Int64?) {}
}
