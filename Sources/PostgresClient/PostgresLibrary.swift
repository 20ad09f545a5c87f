internal import LazyLibraries

/// libpq, which is loaded when it is first needed.
enum PostgresLibrary {
  /// Makes sure that libpq can be called.
  ///
  /// - Throws: ``PostgresError`` of kind `missingLibrary`, with what to install.
  static func check() throws {
    guard let reason = memsh_libpq_refusal() else { return }
    throw PostgresError(
      kind: .missingLibrary, message: "libpq cannot be loaded: \(String(cString: reason))",
      hint: "install libpq: apt-get install libpq5")
  }
}
