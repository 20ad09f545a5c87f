import Foundation

/// The user's home: what `~` stands for.
package enum HomeFolder {
  /// $HOME, else what the user database says; nil where neither knows one.
  package static let path: String? = {
    if let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") { return home }
    return getpwuid(geteuid())?.pointee.pw_dir.map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
  }()

  /// A path that does not exist: stands for the home of a user who has none, so that no other folder is taken for it.
  package static let missing = "/nonexistent"

  /// A path with `~` and `~user` at its beginning replaced, as shells do it.
  package static func expanding(_ path: String) -> String {
    guard path.hasPrefix("~") else { return path }
    let end = path.firstIndex(of: "/") ?? path.endIndex
    let name = String(path[path.index(after: path.startIndex)..<end])
    let home = name.isEmpty ? HomeFolder.path : getpwnam(name)?.pointee.pw_dir.map { String(cString: $0) }
    return home.map { $0 + path[end...] } ?? path
  }
}
