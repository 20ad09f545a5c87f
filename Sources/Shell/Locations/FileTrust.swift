import Foundation

/// Whether a file says what its user wants: the start-up file runs commands, the named connections say where memories go.
package enum FileTrust {
  /// Why a file must not be trusted: others own it or may change it, or a folder that it is in; nil for a safe one.
  package static func danger(of path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return "it cannot be found" }
    defer { free(resolved) }
    var path = String(cString: resolved)
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "it is not a file" }
    guard isOwn(status) else { return "it belongs to another user" }
    guard !othersMayWrite(status) else { return "others may write it; mend it with chmod go-w" }
    while let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
      guard stat(path, &status) == 0, isOwn(status) else { return "\(path) belongs to another user" }
      // In a sticky folder only the owner of a file can delete or rename it.
      guard !othersMayWrite(status) || status.st_mode & S_ISVTX != 0 else { return "others may write \(path)" }
    }
    return nil
  }

  private static func isOwn(_ status: stat) -> Bool { status.st_uid == geteuid() || status.st_uid == 0 }

  /// A group that is the user's own, as many systems make one for each user, has no other members.
  private static func othersMayWrite(_ status: stat) -> Bool {
    let isPrivateGroup = status.st_gid == status.st_uid && status.st_uid == geteuid()
    return status.st_mode & S_IWOTH != 0 || status.st_mode & S_IWGRP != 0 && !isPrivateGroup
  }
}
