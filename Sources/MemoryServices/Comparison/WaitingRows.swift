import Database
import Foundation
import MemoryModel

/// The first place's rows of pairs that differ, in a temporary file until the second place's come.
final class WaitingRows {
  private let file: TemporaryFile
  /// Where each pair's row stands in the file.
  private var places: [(offset: Int64, length: Int32)]

  init(pairs: Int) throws {
    file = try TemporaryFile()
    places = [(offset: Int64, length: Int32)](repeating: (0, 0), count: pairs)
  }

  /// Keeps a row of the first place.
  func keep(_ row: ComparedRow, pair: Int32) throws {
    let parts = row.parts + row.times
    let json = JSON.object([
      JSON.Member("id", .string(row.id)),
      JSON.Member("parts", .array(parts.map { .array([.string($0.name), .integer($0.digest), $0.value()]) })),
      JSON.Member("beside_columns", .integer(row.digestBesideColumns)),
      JSON.Member(
        "vector",
        .optional(row.fields.embedding.map { Data($0.littleEndianBytes).base64EncodedString() })),
    ])
    let bytes = Array(json.text.utf8)
    places[Int(pair) - 1] = (file.count, Int32(clamping: bytes.count))
    try file.append(bytes)
  }

  /// What differs between the row that waits and the one that has come.
  func difference(of row: ComparedRow, pair: Int32, comparesVectors: Bool) throws -> MemoryDifference {
    let place = places[Int(pair) - 1]
    let bytes = try file.read(Int(place.length), at: place.offset)
    let waiting = try JSONParser.parse(String(decoding: bytes, as: UTF8.self))
    var difference = MemoryDifference(kind: .changed)
    (difference.userID, difference.content) = (row.fields.userID, row.fields.content)
    (difference.idA, difference.idB) = (waiting[key: "id"]?.stringValue, row.id)
    compare(waiting, row, in: &difference)
    guard comparesVectors else { return difference }
    let vector = waiting[key: "vector"]?.stringValue.flatMap { Data(base64Encoded: $0) }.flatMap { data in
      data.withUnsafeBytes(Vector.init(littleEndianBytes:))
    }
    switch (vector, row.fields.embedding) {
    case (nil, nil): difference.vectors = VectorComparison.none
    case (_?, nil): difference.vectors = .onlyA
    case (nil, _?): difference.vectors = .onlyB
    case (let vector?, let other?):
      let (comparison, largest) = vector.compared(with: other)
      (difference.vectors, difference.largestDifference) = (comparison, largest)
    }
    if difference.vectors != .equal, difference.vectors != VectorComparison.none {
      difference.columns.append(Column.embedding.name)
    }
    return difference
  }

  private func compare(_ waiting: JSON, _ row: ComparedRow, in difference: inout MemoryDifference) {
    var a: [String: (digest: String, value: JSON)] = [:]
    var names: [String] = []
    for part in (waiting[key: "parts"]?.arrayValue ?? []).compactMap(\.arrayValue) where part.count == 3 {
      guard let name = part[0].stringValue else { continue }
      names.append(name)
      a[name] = (part[1].text, part[2])
    }
    var b: [String: (digest: String, value: () -> JSON)] = [:]
    for part in row.parts + row.times {
      if a[part.name] == nil { names.append(part.name) }
      b[part.name] = (String(part.digest), part.value)
    }
    var (valuesA, valuesB): ([JSON.Member], [JSON.Member]) = ([], [])
    // A time that one place does not tell differs from nothing.
    func isTold(_ name: String) -> Bool {
      ![Column.created.name, Column.updated.name].contains(name) || a[name] != nil && b[name] != nil
    }
    var different = names.filter { a[$0]?.digest != b[$0]?.digest && isTold($0) }
    // Where a column was changed that the metadata say again in one place, the metadata themselves are as they were.
    if different.contains(where: ComparedRow.repeatingKeys.contains),
      waiting[key: "beside_columns"] == .integer(row.digestBesideColumns)
    {
      different.removeAll { $0 == Column.metadata.name }
    }
    for name in different {
      difference.columns.append(name)
      valuesA.append(JSON.Member(name, a[name]?.value ?? .null))
      valuesB.append(JSON.Member(name, b[name]?.value() ?? .null))
    }
    (difference.a, difference.b) = (.object(valuesA), .object(valuesB))
  }
}
