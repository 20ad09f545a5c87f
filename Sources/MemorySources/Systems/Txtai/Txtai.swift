import Foundation
import MemoryModel

/// txtai: a folder with `config.json`, the texts in the SQLite file `documents`, and the vectors in `embeddings`.
extension MemorySystem {
  static let txtai = MemorySystem(name: "txtai") { place, _ in
    switch place {
    case .folder(let folder):
      guard folder.has("documents"), folder.has("embeddings") || folder.has("config.json") || folder.has("config"),
        case .tables(let database) = try SourcePlace(path: folder.inner("documents"))
      else { return nil }
      return try Txtai.reader(database, folder: folder.path)
    case .tables(let database):
      guard database.backend == .sqlite else { return nil }
      return try Txtai.reader(
        database, folder: URL(fileURLWithPath: database.location).deletingLastPathComponent().path)
    case .file: return nil
    }
  }
}

private enum Txtai {
  private static let configBytesMaximum = 1 << 20
  private static let row = "txtai row"

  static func reader(_ database: any TableDatabase, folder: String) throws -> (any ForeignReader)? {
    let list = try database.tables()
    guard let sections = list.table("sections", with: "indexid", "id", "text", "tags", "entry") else { return nil }
    let documents = list.table("documents", with: "id", "data")
    let path = folder + "/embeddings"
    var vectors: NumpyFile?
    var problem = "there is no \(path)"
    if FileManager.default.fileExists(atPath: path) {
      do {
        vectors = try NumpyFile(path: path)
        problem = "\(path) is not a NumPy file of 32-bit floats"
      } catch let error as MemshError { problem = error.message }
    }
    let remarks = vectors == nil ? ["\(problem): the memories come without vectors"] : []
    let config = config(folder + "/config.json")
    return TableReader(
      "txtai", database, [mapping(sections, documents, vectors)],
      version: (config?[key: "build"]?[key: "txtai"]?.stringValue), remarks: remarks
    ) { _ in config?[key: "path"]?.stringValue }
  }

  private static func config(_ path: String) -> JSON? {
    guard FileManager.default.fileExists(atPath: path),
      let text = try? WholeFile.text(path, limitBytes: configBytesMaximum, takesPipes: false, code: .sourceUnreadable)
    else { return nil }
    return try? JSONParser.parse(text)
  }

  private static func mapping(
    _ table: TableList.Table, _ documents: TableList.Table?, _ vectors: NumpyFile?
  ) -> TableMapping {
    var mapping = TableMapping(table, columns: [.id: "id", .content: "text", .created: "entry"])
    mapping.consumed.insert("indexid")
    if let documents {
      mapping.joins = "LEFT JOIN \(documents.quotedName) d ON d.id = t.id"
      mapping.roles[.metadata] = "d.data"
    }
    mapping.order = "t.indexid"
    // Nothing keeps an application from giving one id to several texts.
    mapping.idIsUnique = table.isUnique("id")
    mapping.extra = [(row, "t.indexid")]
    mapping.unpack = { found, decodingVectors in
      guard case .integer(let index) = found.take(row), let vectors else { return }
      found.embedding = decodingVectors ? vectors.vector(index) : .undecoded(.null)
    }
    mapping.adjust = { found in
      // The document repeats the text.
      if case .text(let text) = found.content, let data = found.metadata.document, data[key: "text"] == .string(text),
        let rest = data.taking([], dropping: ["text"])?.rest
      {
        found.metadata = .json(rest)
      }
    }
    return mapping
  }
}
