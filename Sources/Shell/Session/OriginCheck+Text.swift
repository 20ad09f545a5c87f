import MemoryModel
import MemoryServices

extension OriginCheck {
  /// What the comparison of a store's vectors with those of a model says of the store.
  func sentence(_ model: InstalledModel) -> String {
    let beginning = "the store does not say which model made its vectors"
    guard compared > 0 else { return "\(beginning), and has none to compare with those of \(model.name)" }
    guard isSame else {
      return "\(beginning), and it was not \(model.name), which makes as many numbers: "
        + "\(equal) of \(counted(compared, "memory")) have its vectors"
    }
    return "\(beginning); \(equal) of \(counted(compared, "memory")) have those of \(model.name), which is used: "
      + "`schema --space local/\(model.name)` records it"
  }
}
