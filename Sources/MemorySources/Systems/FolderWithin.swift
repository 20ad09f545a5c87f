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
