import Foundation
import MemoryModel

/// The models on this machine, below one folder, and which of them is used.
package struct ModelFolder: ModelCatalog {
  private let folder: String

  /// Looks at a folder; it need not exist.
  package init(folder: String) {
    self.folder = folder
  }

  /// What `models use` wrote: the name of the model in use.
  private var choicePath: String { folder + "/in-use" }

  private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

  /// All models, by name. A folder that is none is left out.
  package func installed() -> [InstalledModel] { names.compactMap { try? model(inFolder: $0) } }

  /// The model to use: the one chosen, else the first that is instant, else the first; nil when there is none.
  ///
  /// - Throws: `model_unusable` when the chosen one is gone.
  package func inUse() throws -> InstalledModel? {
    guard let name = (try? WholeFile.text(choicePath, limitBytes: 4_096))?.trimmingCharacters(in: .newlines) else {
      let models = installed()
      return models.first { $0.kind == .fixed } ?? models.first
    }
    return try model(named: name)
  }

  /// Makes a model the one to use from now on.
  ///
  /// - Throws: `not_found`, `model_unusable`, `file_failed`.
  package func use(_ name: String) throws -> InstalledModel {
    let model = try model(named: name)
    let choice = try NewFile(choicePath, mayReplace: true)
    try choice.write(model.name + "\n")
    try choice.commit()
    return model
  }

  /// A model by its name, or by a part of it that no other has.
  ///
  /// - Throws: `not_found`, `model_unusable`.
  package func model(named name: String) throws -> InstalledModel {
    guard let found = ModelName(name).choice(among: names.filter(isModel)) else {
      throw MemshError(
        .notFound, "there is no model '\(name)' in \(folder)",
        hint: "`models` lists what is installed; scripts/fetch-model installs one")
    }
    return try model(inFolder: found)
  }

  /// The model that makes the vectors of a space, whatever the space's owner calls it; nil when it is not installed.
  ///
  /// - Throws: `model_unusable`.
  package func model(of space: EmbeddingSpace) throws -> InstalledModel? {
    guard let name = ModelName(space.model).choice(among: names.filter(isModel)) else { return nil }
    let model = try model(inFolder: name)
    return model.dimensions == space.dimensions ? model : nil
  }

  private func isModel(_ name: String) -> Bool {
    !name.contains("/") && FileManager.default.fileExists(atPath: "\(folder)/\(name)/model.safetensors")
  }

  private func model(inFolder name: String) throws -> InstalledModel {
    let path = folder + "/" + name
    let file = try TensorFile(path: path + "/model.safetensors")
    let prefix = EncoderWeights.prefix(in: file)
    let matrix = try prefix.flatMap { file[$0 + EncoderWeights.wordsName] } ?? file.tokenEmbeddings()
    guard matrix.shape.count == 2, TensorFile.dimensionsAllowed.contains(matrix.shape[1]) else {
      throw MemshError(
        .modelUnusable, "the model in \(path) cannot be used: its tokens have no vectors",
        hint: "fetch it again: scripts/fetch-model")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/model.safetensors")
    return InstalledModel(
      name: name, folder: path, kind: prefix == nil ? .fixed : .encoder, dimensions: matrix.shape[1],
      tokens: matrix.shape[0], bytes: (attributes?[.size] as? NSNumber)?.int64Value ?? 0)
  }
}
