import Foundation

extension Data {
  /// Reads base64 of RFC 4648 whose padding may be missing, as in some files and some servers' answers; nil for what is
  /// not base64.
  package init?(base64 text: Data) {
    let missing = (4 - text.count % 4) % 4
    guard missing > 0 else {
      self.init(base64Encoded: text)
      return
    }
    guard missing < 3 else { return nil }
    self.init(base64Encoded: text + Data(repeating: UInt8(ascii: "="), count: missing))
  }
}
