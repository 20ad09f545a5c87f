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

  /// All models, by name. A folder that is none is left out.
  package func installed() -> [InstalledModel] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { try? model(named: $0) }
  }

  /// The model to use: the one chosen, else the first; nil when there is none.
  ///
  /// - Throws: `model_unusable` when the chosen one is gone.
  package func inUse() throws -> InstalledModel? {
    guard let name = (try? WholeFile.text(choicePath, limitBytes: 4_096))?.trimmingCharacters(in: .newlines)
    else { return installed().first }
    return try model(named: name)
  }

  /// Makes a model the one to use from now on.
  ///
  /// - Throws: `not_found`, `model_unusable`, `file_failed`.
  package func use(_ name: String) throws -> InstalledModel {
    let model = try model(named: name)
    let choice = try NewFile(choicePath, mayReplace: true)
    try choice.write(name + "\n")
    try choice.commit()
    return model
  }

  /// A model by name.
  ///
  /// - Throws: `not_found`, `model_unusable`.
  package func model(named name: String) throws -> InstalledModel {
    let path = folder + "/" + name
    guard !name.contains("/"), name != "..", FileManager.default.fileExists(atPath: path + "/model.safetensors") else {
      throw MemshError(
        .notFound, "there is no model '\(name)' in \(folder)",
        hint: "`models` lists what is installed; scripts/fetch-model installs one")
    }
    let matrix = try TensorFile(path: path + "/model.safetensors").tokenEmbeddings()
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/model.safetensors")
    return InstalledModel(
      name: name, folder: path, dimensions: matrix.shape[1], tokens: matrix.shape[0],
      bytes: (attributes?[.size] as? NSNumber)?.int64Value ?? 0)
  }
}
