import MemoryModel

extension SourceFolder {
  /// The folder that is a store: this one, or the only one in it that is.
  ///
  /// - Throws: `source_unsupported` where several folders in it are stores.
  func store(of system: String, _ isStore: (SourceFolder) -> Bool) throws -> SourceFolder? {
    if isStore(self) { return self }
    let stores = names.compactMap { try? SourceFolder(path: inner($0)) }.filter(isStore)
    guard stores.count > 1 else { return stores.first }
    let paths = stores.map { $0.path }.joined(separator: ", ")
    throw MemshError(
      .sourceUnsupported, "\(path) holds several stores of \(system): \(paths)", hint: "name one of them")
  }
}

/// Reads a store in whose folder there is something else, and says so.
final class AccompaniedReader: ForeignReader {
  private let reader: any ForeignReader
  private let remark: String

  private init(_ reader: any ForeignReader, remark: String) {
    self.reader = reader
    self.remark = remark
  }

  var system: String { reader.system }
  var version: String? { reader.version }
  var parts: [String] { reader.parts }
  var remarks: [String] { get throws { try reader.remarks + [remark] } }
  var vectorForms: [VectorFormNote] { get throws { try reader.vectorForms } }
  func partRows() throws -> [ExactText: Int64] { try reader.partRows() }
  func model(dimensions: Int) -> String? { reader.model(dimensions: dimensions) }
  func counts() throws -> [RowState: Int64] { try reader.counts() }
  func readRows(decodingVectors: Bool, _ body: (SourceRow) throws -> Void) throws {
    try reader.readRows(decodingVectors: decodingVectors, body)
  }

  /// The reader itself, where there are no notes beside what it reads.
  static func of(_ reader: any ForeignReader, in place: SourcePlace) -> any ForeignReader {
    guard case .folder(let folder) = place, !(reader is MarkdownReader), !UnreadSystem.claims(folder),
      let notes = try? MarkdownFiles(in: folder).paths.count, notes > 0
    else { return reader }
    let what = notes == 1 ? "1 Markdown file, which is not read" : "\(notes) Markdown files, which are not read"
    return AccompaniedReader(
      reader,
      remark: "the folder also holds \(what); `migrate --from \(folder.path.shellWord) --system Markdown` reads "
        + (notes == 1 ? "it" : "them"))
  }
}
