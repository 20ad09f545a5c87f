extension String {
  /// The text that the bytes are; nil for bytes that are not UTF-8.
  ///
  /// `String(validating:as:)` does the same for every encoding, and takes twice as long for a short text: it looks types up
  /// at each call.
  package init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard let span = try? UTF8Span(validating: bytes.span) else { return nil }
    self = String(copying: span)
  }
}
