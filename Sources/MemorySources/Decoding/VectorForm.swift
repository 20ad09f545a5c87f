import MemoryModel

/// How the vectors of a column stand there.
struct VectorForm: Hashable {
  /// How a number stands in bytes.
  enum Number: String, CaseIterable {
    case float32
    case float64
    case float32be
    case float64be
    case int8
  }

  /// The form of the numbers; nil for text such as `[0.1, 2]`, of JSON or of pgvector.
  let number: Number?
  /// Whether the bytes stand there as base64 text.
  let isBase64: Bool

  static let json = VectorForm(number: nil, isBase64: false)

  /// All forms, those first that are met most.
  static let all: [VectorForm] =
    [json] + [false, true].flatMap { isBase64 in Number.allCases.map { VectorForm(number: $0, isBase64: isBase64) } }

  init(number: Number?, isBase64: Bool) {
    self.number = number
    self.isBase64 = isBase64
  }

  /// The form of a name; nil where none is called so.
  init?(name: String) {
    guard let form = VectorForm.all.first(where: { $0.name == name.lowercased() }) else { return nil }
    self = form
  }

  /// The name as `--map` takes it: `float64`, `base64-float32`, `json`.
  var name: String { (isBase64 ? "base64-" : "") + (number?.rawValue ?? "json") }

  /// The form for a person.
  var title: String { (isBase64 ? "base64 of " : "") + (number?.title ?? "JSON text") }

  /// The names of all forms, for an error.
  static let list = all.map(\.name).joined(separator: ", ")
}

extension VectorForm.Number {
  fileprivate var title: String {
    switch self {
    case .float32: "float32 little-endian"
    case .float64: "float64 little-endian"
    case .float32be: "float32 big-endian"
    case .float64be: "float64 big-endian"
    case .int8: "int8"
    }
  }

  /// The bytes of a number.
  var width: Int {
    switch self {
    case .float32, .float32be: 4
    case .float64, .float64be: 8
    case .int8: 1
    }
  }

  /// The floats of twice the width, in the same order of bytes; nil where there are none.
  var double: VectorForm.Number? {
    switch self {
    case .float32: .float64
    case .float32be: .float64be
    case .float64, .float64be, .int8: nil
    }
  }

  /// Whether it has more digits than memsh keeps.
  var isRounded: Bool { width == 8 }

  /// The numbers in bytes, rounded to 32 bits; nil where they are not a whole number of them.
  func vector(_ bytes: UnsafeRawBufferPointer) -> Vector? {
    guard bytes.count % width == 0 else { return nil }
    if self == .float32 { return Vector(littleEndianBytes: bytes) }
    return Vector((0..<bytes.count / width).map { Float(value(bytes, $0)) })
  }

  /// A number; its place must be within the bytes.
  func value(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Double {
    switch self {
    case .float32: Double(Float(bitPattern: UInt32(littleEndian: bytes.word(index))))
    case .float32be: Double(Float(bitPattern: UInt32(bigEndian: bytes.word(index))))
    case .float64: Double(bitPattern: UInt64(littleEndian: bytes.word(index)))
    case .float64be: Double(bitPattern: UInt64(bigEndian: bytes.word(index)))
    case .int8: Double(Int8(bitPattern: bytes[index]))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The word of a number, in the order in which its bytes stand here.
  func word<Word: FixedWidthInteger>(_ index: Int) -> Word {
    loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
  }

  /// Whether all bytes are printable characters of ASCII, or white space.
  var looksLikeText: Bool {
    allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }
}
