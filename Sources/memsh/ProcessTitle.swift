import Foundation
import Shell

/// Takes passwords out of what `ps` shows of this process.
enum ProcessTitle {
  /// Overwrites, in the memory that the kernel shows to everybody, each argument that holds a password. To be called
  /// when the arguments have been copied.
  static func hideSecrets(_ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int32) {
    for index in 1..<max(1, Int(count)) {
      guard let argument = arguments[index] else { continue }
      let text = String(cString: argument)
      let shown = Redactor.withoutPasswords(text, isOneWord: text.contains("postgres"))
      guard shown != text else { continue }
      let length = strlen(argument)
      shown.utf8CString.withUnsafeBufferPointer { bytes in
        for offset in 0..<length { argument[offset] = offset < bytes.count - 1 ? bytes[offset] : 0 }
      }
    }
  }
}
