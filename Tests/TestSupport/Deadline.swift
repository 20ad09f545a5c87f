import Foundation
import Testing

/// Ends the run, with the test's name, when a test has not ended in time.
///
/// `.timeLimit` counts from when a test is ready to begin, which with many tests on few cores is minutes before it begins;
/// and it cannot stop a test that blocks its thread.
package struct Deadline: TestTrait, SuiteTrait, TestScoping {
  fileprivate let minutes: Double

  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let end = DispatchSemaphore(value: 0)
    let (name, minutes) = (test.displayName ?? test.name, minutes)
    Thread.detachNewThread {
      guard end.wait(timeout: .now() + minutes * 60) == .timedOut else { return }
      FileHandle.standardError.write(Data("✘ \"\(name)\" has not ended after \(minutes) minutes: the run ends.\n".utf8))
      abort()
    }
    defer { end.signal() }
    try await function()
  }
}

extension Trait where Self == Deadline {
  /// The test ends within so many minutes of its begin, or the run ends with its name.
  package static func deadline(minutes: Double) -> Self { Deadline(minutes: minutes) }
}
