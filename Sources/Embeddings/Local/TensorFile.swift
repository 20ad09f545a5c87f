import Foundation
import MemoryModel

/// A file in the safetensors format, mapped into memory: eight bytes of header length, a JSON header, the numbers
/// (https://huggingface.co/docs/safetensors).
final class TensorFile {
  /// The types of number that memsh reads.
  enum NumberType: String {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int8 = "I8"
    case int64 = "I64"
    case float64 = "F64"

    var bytes: Int {
      switch self {
      case .float64, .int64: 8
      case .float32: 4
      case .float16, .bfloat16: 2
      case .int8: 1
      }
    }
  }

  /// One tensor: its shape, and where its numbers lie.
  struct Tensor {
    let type: NumberType
    let shape: [Int]
    fileprivate let range: Range<Int>
  }

  private let path: String
  private let mapping: UnsafeRawBufferPointer
  private let tensors: [String: Tensor]

  private static let headerMaximum = 100 << 20
  private static let elementsMaximum = 1 << 31

  /// Opens a file and reads its header.
  ///
  /// - Throws: `model_unusable`.
  init(path: String) throws {
    func unusable(_ why: String) -> MemshError {
      MemshError(.modelUnusable, "\(path) cannot be used: \(why)", hint: "fetch the model again: scripts/fetch-model")
    }
    let descriptor = try WholeFile.open(path, takesPipes: false, code: .modelUnusable)
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 8 else { throw unusable("it is too short") }
    let size = Int(status.st_size)
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw unusable(String(cString: strerror(errno)))
    }
    let mapping = UnsafeRawBufferPointer(start: start, count: size)
    do {
      tensors = try TensorFile.header(mapping)
    } catch {
      munmap(start, size)
      throw unusable((error as? UnusableModel)?.reason ?? "its header is damaged")
    }
    self.mapping = mapping
    self.path = path
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }

  private static func header(_ bytes: UnsafeRawBufferPointer) throws -> [String: Tensor] {
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(headerMaximum), 8 + Int(length) <= bytes.count else {
      throw UnusableModel(reason: "its header is longer than the file")
    }
    let dataStart = 8 + Int(length)
    let text = String(decoding: bytes[8..<dataStart], as: UTF8.self)
    guard case .object(let members) = try JSONParser.parse(text) else {
      throw UnusableModel(reason: "its header is not a JSON object")
    }
    var tensors: [String: Tensor] = [:]
    for member in members where member.key != "__metadata__" {
      guard let type = member.value[key: "dtype"]?.stringValue.flatMap(NumberType.init(rawValue:)) else { continue }
      let shape = (member.value[key: "shape"]?.arrayValue ?? []).compactMap(\.integerValue)
      guard shape.allSatisfy({ (0...elementsMaximum).contains($0) }) else {
        throw UnusableModel(reason: "the tensor \(member.key) has an impossible shape")
      }
      let offsets = (member.value[key: "data_offsets"]?.arrayValue ?? []).compactMap(\.integerValue)
      // Both factors are small enough that the product fits.
      let elements = shape.reduce(1) { min($0 * $1, elementsMaximum) }
      guard elements < elementsMaximum else {
        throw UnusableModel(reason: "the tensor \(member.key) has an impossible shape")
      }
      guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= bytes.count - dataStart,
        offsets[1] - offsets[0] == elements * type.bytes
      else { throw UnusableModel(reason: "the tensor \(member.key) does not fit into the file") }
      tensors[member.key] = Tensor(
        type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
    }
    return tensors
  }

  /// The vectors of the tokens: Model2Vec's `embeddings`, or WordLlama's `embedding.weight`.
  ///
  /// - Throws: `model_unusable`.
  func tokenEmbeddings() throws -> Tensor {
    guard let matrix = self["embeddings"] ?? self["embedding.weight"], matrix.shape.count == 2, matrix.shape[0] > 0,
      TensorFile.dimensionsAllowed.contains(matrix.shape[1]), matrix.type != .int64, matrix.type != .float64
    else {
      throw MemshError(
        .modelUnusable, "\(path) holds no token embeddings",
        hint: "memsh reads Model2Vec's `embeddings`, WordLlama's `embedding.weight` and BERT encoders")
    }
    return matrix
  }

  /// What a store can hold.
  static let dimensionsAllowed = 1...16_000

  /// A tensor by name.
  subscript(name: String) -> Tensor? { tensors[name] }

  /// Lends the bytes of a row of a matrix.
  func withRow<Value>(_ row: Int, of tensor: Tensor, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    let bytes = tensor.shape[1] * tensor.type.bytes
    let start = tensor.range.lowerBound + row * bytes
    return body(UnsafeRawBufferPointer(rebasing: mapping[start..<start + bytes]))
  }

  /// The bytes of a tensor, for as long as the file is open.
  func bytes(of tensor: Tensor) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: mapping[tensor.range]) }

  /// The numbers of a small tensor.
  func numbers(of tensor: Tensor) -> [Double] {
    let bytes = bytes(of: tensor)
    return (0..<bytes.count / tensor.type.bytes).map { index in
      switch tensor.type {
      case .float64:
        Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)))
      case .int64: Double(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)))
      case .float32:
        Double(Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))))
      case .float16: Double(HalfPrecision.float(bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)))
      case .bfloat16:
        Double(Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)) << 16))
      case .int8: Double(bytes.load(fromByteOffset: index, as: Int8.self))
      }
    }
  }
}

/// IEEE 754 binary16.
enum HalfPrecision {
  /// The value as a float, by moving the bits and scaling: 2^112 makes up for the smaller bias of the exponent, and
  /// makes subnormal numbers right as well.
  @inline(__always)
  static func float(_ half: UInt16) -> Float {
    let bits = UInt32(UInt16(littleEndian: half))
    let scaled = Float(bitPattern: (bits & 0x7FFF) << 13) * Float(bitPattern: 0x7780_0000)
    return Float(bitPattern: scaled.bitPattern | (bits & 0x8000) << 16)
  }
}
