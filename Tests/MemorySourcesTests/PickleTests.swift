import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

@Suite struct PickleTests {
  private func read(_ bytes: [UInt8], valuesMaximum: Int = Pickle.valuesMaximum) throws(Pickle.Failure) -> PickleValue {
    let result = bytes.withUnsafeBytes { buffer -> Result<PickleValue, Pickle.Failure> in
      do throws(Pickle.Failure) { return .success(try Pickle.read(buffer, valuesMaximum: valuesMaximum)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// What Python writes for an expression.
  private func pickled(_ expression: String, protocol version: Int = 4) throws -> [UInt8] {
    let setup = """
      import pickle, sys, datetime, uuid, decimal
      class Thing:
        def __init__(self): self.name, self.size, self.parts = 'tea', 3, ['a', 'b']
      class WithArguments(tuple):
        def __new__(cls, *items): return super().__new__(cls, items)
      """
    return try Array(Python3.run(setup + "\nsys.stdout.buffer.write(pickle.dumps(\(expression), protocol=\(version)))"))
  }

  @Test("values and marks that wait without end are refused before they take memory")
  func refusesWaiting() {
    for opcode in [Pickle.Opcode.emptyList, Pickle.Opcode.mark, Pickle.Opcode.none] {
      let bytes = [Pickle.Opcode.proto, 4] + [UInt8](repeating: opcode, count: 1_000_000)
      #expect(throws: Pickle.Failure.self) { try read(bytes, valuesMaximum: .max) }
    }
  }

  @Test(
    "values come back as they went in",
    arguments: [
      ("None", PickleValue.none), ("True", .bool(true)), ("[False, 0]", .list([.bool(false), .int(0)])),
      (
        "[255, 256, 65535, 65536, -1, 2**31, -2**63, 2**63 - 1]",
        .list([255, 256, 65_535, 65_536, -1, 1 << 31, .min, .max].map(PickleValue.int))
      ),
      ("[0.1, -1e300, float('inf')]", .list([0.1, -1e300, .infinity].map(PickleValue.double))),
      ("'Zürich\\0🥜'", .string("Zürich\0🥜")), ("'x' * 300", .string(String(repeating: "x", count: 300))),
      ("'a\\ud800'", .bytes([0x61, 0xED, 0xA0, 0x80])),
      ("[(), (1,), (1, 2), (1, 2, 3)]", .list((0...3).map { .tuple((1..<1 + $0).map { .int(Int64($0)) }) })),
      ("{1}", .list([.int(1)])), ("[[]] * 2", .list([.list([]), .list([])])),
      (
        "{'b': 1, 2: ['x'], 'a': {}}",
        .dict([
          .init(key: .string("b"), value: .int(1)), .init(key: .int(2), value: .list([.string("x")])),
          .init(key: .string("a"), value: .dict([])),
        ])
      ),
      (
        "Thing()",
        .object(
          className: "__main__.Thing",
          state: .dict([
            .init(key: .string("name"), value: .string("tea")), .init(key: .string("size"), value: .int(3)),
            .init(key: .string("parts"), value: .list([.string("a"), .string("b")])),
          ]))
      ),
    ])
  func readsValues(expression: String, value: PickleValue) throws {
    for version in [4, 5] { #expect(try read(pickled(expression, protocol: version)) == value) }
  }

  @Test("the time of large dicts is that of their entries")
  func readsLargeDicts() throws {
    let growth = try timeGrowth(over: 25_000...200_000) { size throws in
      let bytes = try pickled(
        "(lambda d: {'id_to_label': d, 'label_to_id': {v: k for k, v in d.items()}})({str(uuid.UUID(int=n)): n for n in range(\(size))})"
      )
      guard case .dict(let labels)? = try read(bytes)["label_to_id"] else {
        Issue.record("there is no such dict")
        return
      }
      #expect(labels.count == size)
      #expect(labels.last?.key == .int(Int64(size - 1)))
    }
    #expect(growth < growthLimit, "\(growth)")
  }

  @Test(
    "what would run something, and what no memory system writes, is refused by name",
    arguments: [
      ("datetime.date(2026, 1, 1)", 4, "the opcode SHORT_BINBYTES at byte"), ("uuid.uuid4()", 4, "64 bits"),
      ("decimal.Decimal(1)", 4, "the opcode REDUCE at byte"), ("Thing()", 2, "the opcode GLOBAL at byte"),
      ("print", 4, "the class builtins.print stands where a value should"), ("2**70", 4, "64 bits"),
      ("WithArguments(1)", 4, "made with arguments"), ("(1, 2, 3, 4)", 4, "the opcode TUPLE at byte"),
      ("'x'", 3, "the opcode BINPUT at byte"), ("'x'", 1, "does not begin as a pickle"),
      ("bytearray(b'x')", 5, "the opcode BYTEARRAY8 at byte"), ("frozenset([1])", 4, "the opcode FROZENSET at byte"),
      ("(lambda l: l.append(l) or l)([])", 4, "deeper in each other than 100"),
      ("(lambda d: d.update(a=[d]) or d)({})", 4, "deeper in each other than 100"),
      ("__import__('functools').reduce(lambda x, _: [x], range(101), [])", 4, "deeper in each other than 100"),
      ("__import__('functools').reduce(lambda x, _: [x] * 10, range(9), 0)", 4, "more than 2000000 values"),
      ("(lambda s: [s] * 1000)('x' * 100_000)", 4, "repeated too often"),
    ])
  func refuses(expression: String, version: Int, reason: String) throws {
    let bytes = try pickled(expression, protocol: version)
    #expect { try read(bytes) } throws: { "\($0)".contains(reason) }
  }

  @Test("every opcode that Python does not use for plain values is refused")
  func refusesOpcodes() {
    let allowed =
      "()GJKMNX]abehjsu}".utf8.map { $0 } + [0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x8D, 0x8F, 0x90]
    for opcode in UInt8.min...UInt8.max where !(allowed + [0x2E, 0x93, 0x94, 0x95]).contains(opcode) {
      #expect { try read([0x80, 4, opcode, 0x2E]) } throws: { "\($0)".contains("at byte 2 is refused") }
    }
  }

  @Test(
    "opcodes that do not fit together are an error",
    arguments: [
      [0x2E], [0x4E, 0x4E, 0x2E], [0x28, 0x4E, 0x2E], [0x65], [0x28, 0x65], [0x4E, 0x28, 0x4E, 0x65], [0x61],
      [0x5D, 0x61],
      [0x7D, 0x4E, 0x73], [0x7D, 0x28, 0x4E, 0x75], [0x5D, 0x28, 0x4E, 0x4E, 0x75], [0x28, 0x5D, 0x28, 0x90], [0x86],
      [0x4E, 0x28, 0x85], [0x94], [0x68, 0], [0x6A, 255, 255, 255, 255], [0x93], [0x4E, 0x4E, 0x93], [0x81], [0x62],
      [0x5D, 0x7D, 0x62], [0x4E, 0x28, 0x94], [0x95, 255, 255, 255, 255, 255, 255, 255, 255],
      [0x8D, 255, 255, 255, 255, 255, 255, 255, 127], [0x8D, 255, 255, 255, 255, 255, 255, 255, 255],
      [0x58, 4, 0, 0, 0],
    ] as [[UInt8]])
  func refusesNonsense(opcodes: [UInt8]) {
    #expect(throws: Pickle.Failure.self) { try read([0x80, 4] + opcodes + [0x2E]) }
  }

  @Test("values are counted, not only bytes")
  func boundsValues() throws {
    let bytes: [UInt8] = [0x80, 4, 0x28] + [UInt8](repeating: 0x5D, count: 100) + [0x2E]
    #expect { try read(bytes, valuesMaximum: 50) } throws: { "\($0)".contains("more than 50 values") }
  }

  @Test("a pickle cut at any byte is an error; one with flipped bits is an error or a value")
  func survivesDamage() throws {
    let bytes = try pickled("[Thing(), {'a': (1, 2.5, 'x' * 300), 7: None}, {1, 2}, [True] * 5, 2**40]")
    for count in 0..<bytes.count {
      #expect(throws: Pickle.Failure.self) { try read(Array(bytes.prefix(count))) }
    }
    var generator = SeededGenerator(seed: 16)
    for _ in 0..<2_000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      _ = try? read(damaged).json
    }
    var mutation = Mutation(seed: 16)
    for _ in 0..<2_000 { _ = try? read(mutation.damaged(bytes)).json }
  }

  @Test("as JSON: numbers, order and nesting stay; what JSON has no form for makes none")
  func becomesJSON() throws {
    let expression = "{'b': [1, 0.5, None, (True,)], 3: {'x': 'y'}}"
    #expect(try read(pickled(expression)).json == JSONParser.parse(#"{"b":[1,0.5,null,[true]],"3":{"x":"y"}}"#))
    #expect(try read(pickled("[float('nan')]")).json == JSONParser.parse(#"["nan"]"#))
    for other in ["{'a': '\\ud800'}", "{None: 1}", "Thing()"] {
      #expect(try read(pickled(other)).json == nil)
    }
  }
}
