import Foundation

/// What memsh is started with: its arguments, and the three descriptors that are open or not.
enum StandardStreams {
  /// Gives each standard stream that is closed a descriptor that can do nothing: else the next file that is opened
  /// would take its place, and results would be written into it.
  static func occupy() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // The lowest free descriptor is this one. It fails in the direction in which it would be used.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Whether all arguments are UTF-8.
  static func areUTF8(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int32) -> Bool {
    (1..<max(1, Int(count))).allSatisfy { index in
      arguments[index].map { String(validatingCString: $0) != nil } ?? true
    }
  }
}
