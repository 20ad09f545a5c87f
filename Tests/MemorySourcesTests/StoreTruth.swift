import Foundation
import MemoryModel
import TestSupport

/// Stores that real systems have written, beside the package, and what is known to be in them; not everybody has them.
enum StoreTruth {
  static let folder = Memsh.package + "/../shared/stores"
  static let isHere = FileManager.default.fileExists(atPath: folder)

  /// The live memories of a store.
  static func memories(_ store: String) throws -> [JSON] {
    let text = try String(contentsOfFile: "\(folder)/\(store)/truth.json", encoding: .utf8)
    guard case .array(let memories) = try JSONParser.parse(text) else { return [] }
    return memories
  }

  /// The vectors that the systems' embedder gave for these texts.
  static func vectors(_ texts: [(text: String, dimensions: Int)]) throws -> [Vector] {
    let script = """
      import base64, json, struct, sys
      sys.path.insert(0, sys.argv[1])
      from vectors import vector
      for text, n in json.load(sys.stdin):
          print(base64.b64encode(struct.pack(f"<{n}f", *vector(text, n))).decode())
      """
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["python3", "-B", "-c", script, folder]
    let (input, output) = (Pipe(), Pipe())
    python.standardInput = input
    python.standardOutput = output
    try python.run()
    let request = JSON.array(texts.map { .array([.string($0.text), .integer($0.dimensions)]) })
    DispatchQueue.global().async {
      try? input.fileHandleForWriting.write(contentsOf: Data(request.text.utf8))
      try? input.fileHandleForWriting.close()
    }
    let answer = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    python.waitUntilExit()
    return answer.split(separator: "\n").compactMap { line in
      Data(base64Encoded: String(line))?.withUnsafeBytes { Vector(littleEndianBytes: $0) }
    }
  }
}

extension SourceRow {
  /// The vector; nil when there is none that can be read.
  var vector: Vector? { if case .vector(let vector) = embedding { vector } else { nil } }

  /// A value that memsh has no column for.
  func value(of name: String) -> SourceValue? { otherColumns.first { $0.name == name }?.value }

  /// What its metadata say.
  var metadataObject: JSON? {
    switch metadata {
    case .json(let json): json
    case .text(let text): try? JSONParser.parse(text)
    default: nil
    }
  }
}
