/// Calls `body` with a NULL-terminated array of C strings that live until it returns.
func withCStrings<Value>(
  _ strings: [String], _ body: ([UnsafePointer<CChar>?]) throws -> Value
) rethrows -> Value {
  try withPointers(strings.map { Array($0.utf8) + [0] }) { try body($0 + [nil]) }
}

/// Calls `body` with pointers to the bytes of each value, NULL for nil, that live until it returns.
func withPointers<Value>(
  _ values: [[UInt8]?], _ body: ([UnsafePointer<CChar>?]) throws -> Value
) rethrows -> Value {
  let starts = values.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1?.count ?? 0)) }
  // One extra byte keeps the address valid when all values are empty.
  let bytes = values.flatMap { (value: [UInt8]?) -> [UInt8] in value ?? [] } + [0]
  return try bytes.withUnsafeBytes { buffer in
    let base = buffer.assumingMemoryBound(to: CChar.self).baseAddress
    return try body(
      values.indices.map { index in values[index] == nil ? nil : base.map { pointer in pointer + starts[index] } })
  }
}
