extension Pickle {
  /// The opcodes that are read, by their bytes, and the names of the others.
  enum Opcode {
    static let mark: UInt8 = 0x28
    static let emptyTuple: UInt8 = 0x29
    static let stop: UInt8 = 0x2E
    static let binFloat: UInt8 = 0x47
    static let binInt: UInt8 = 0x4A
    static let binInt1: UInt8 = 0x4B
    static let binInt2: UInt8 = 0x4D
    static let none: UInt8 = 0x4E
    static let binUnicode: UInt8 = 0x58
    static let emptyList: UInt8 = 0x5D
    static let append: UInt8 = 0x61
    static let build: UInt8 = 0x62
    static let appends: UInt8 = 0x65
    static let binGet: UInt8 = 0x68
    static let longBinGet: UInt8 = 0x6A
    static let setItem: UInt8 = 0x73
    static let setItems: UInt8 = 0x75
    static let emptyDict: UInt8 = 0x7D
    static let proto: UInt8 = 0x80
    static let newObject: UInt8 = 0x81
    static let tuple1: UInt8 = 0x85
    static let tuple2: UInt8 = 0x86
    static let tuple3: UInt8 = 0x87
    static let newTrue: UInt8 = 0x88
    static let newFalse: UInt8 = 0x89
    static let long1: UInt8 = 0x8A
    static let shortBinUnicode: UInt8 = 0x8C
    static let binUnicode8: UInt8 = 0x8D
    static let emptySet: UInt8 = 0x8F
    static let addItems: UInt8 = 0x90
    static let stackGlobal: UInt8 = 0x93
    static let memoize: UInt8 = 0x94
    static let frame: UInt8 = 0x95

    /// What Python calls an opcode that is refused; its number where Python knows none.
    static func name(_ opcode: UInt8) -> String { refused[opcode] ?? String(opcode) }

    private static let refused: [UInt8: String] = [
      0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES", 0x46: "FLOAT", 0x49: "INT",
      0x4C: "LONG", 0x50: "PERSID", 0x51: "BINPERSID", 0x52: "REDUCE", 0x53: "STRING", 0x54: "BINSTRING",
      0x55: "SHORT_BINSTRING", 0x56: "UNICODE", 0x63: "GLOBAL", 0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6C: "LIST",
      0x6F: "OBJ", 0x70: "PUT", 0x71: "BINPUT", 0x72: "LONG_BINPUT", 0x74: "TUPLE", 0x80: "PROTO", 0x82: "EXT1",
      0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4", 0x8E: "BINBYTES8", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
      0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
  }
}
