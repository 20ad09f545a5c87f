import MemoryModel

/// The numbers of a tensor as floats: where they lie in the file, or a copy where they are of another type there.
final class FloatTensor {
  /// The first of them; they follow each other row by row.
  let start: UnsafePointer<Float>
  /// How many there are.
  let count: Int
  /// What keeps them: the file, unless they are a copy.
  private let file: TensorFile?

  /// Numbers that lie in a file.
  fileprivate init(in file: TensorFile, at start: UnsafePointer<Float>, count: Int) {
    (self.file, self.start, self.count) = (file, start, count)
  }

  /// Makes numbers.
  fileprivate init(count: Int, _ number: (Int) -> Float) {
    let numbers = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    for index in 0..<count { (numbers + index).initialize(to: number(index)) }
    (file, start, self.count) = (nil, UnsafePointer(numbers), count)
  }

  deinit { if file == nil { start.deallocate() } }

  /// A matrix with a row added to each of its rows.
  func adding(_ row: FloatTensor) -> FloatTensor {
    FloatTensor(count: count) { start[$0] + row.start[$0 % row.count] }
  }
}

extension TensorFile {
  /// The numbers of a tensor of a certain shape.
  ///
  /// - Throws: `UnusableModel` when it is missing, has another shape or holds no floating-point numbers.
  func floats(_ name: String, _ shape: [Int]) throws -> FloatTensor {
    guard let tensor = self[name] else { throw UnusableModel(reason: "the tensor \(name) is missing") }
    guard tensor.shape == shape else {
      throw UnusableModel(reason: "the tensor \(name) is \(tensor.shape), not \(shape)")
    }
    return try floats(of: tensor, name, count: shape.reduce(1, *))
  }

  /// The first row of a matrix.
  ///
  /// - Throws: `UnusableModel` when it is missing, has rows of another length or holds no floating-point numbers.
  func floats(_ name: String, firstRowOf width: Int) throws -> FloatTensor {
    guard let tensor = self[name] else { throw UnusableModel(reason: "the tensor \(name) is missing") }
    guard tensor.shape.count == 2, tensor.shape[0] > 0, tensor.shape[1] == width else {
      throw UnusableModel(reason: "the tensor \(name) is \(tensor.shape), not [1, \(width)]")
    }
    return try floats(of: tensor, name, count: width)
  }

  private func floats(of tensor: Tensor, _ name: String, count: Int) throws -> FloatTensor {
    let bytes = bytes(of: tensor)
    switch tensor.type {
    case .float32:
      // Most files begin their numbers at a multiple of eight bytes.
      if let start = bytes.baseAddress, UInt(bitPattern: start) % 4 == 0 {
        return FloatTensor(in: self, at: start.assumingMemoryBound(to: Float.self), count: count)
      }
      return FloatTensor(count: count) {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    case .float16:
      return FloatTensor(count: count) {
        HalfPrecision.float(bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
      }
    case .bfloat16:
      return FloatTensor(count: count) {
        let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
        return Float(bitPattern: UInt32(half) << 16)
      }
    case .int8, .int64, .float64:
      throw UnusableModel(reason: "the tensor \(name) is of the type \(tensor.type.rawValue), not F32, F16 or BF16")
    }
  }
}
