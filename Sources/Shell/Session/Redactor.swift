import Foundation
import Synchronization

/// The one place that takes secrets out of what memsh prints.
package final class Redactor: Sendable {
  private let secrets = Mutex<Set<String>>([])

  /// Knows no secrets yet.
  package init() {}

  /// Shorter values would be found inside ordinary words.
  private static let shortestSecret = 6

  /// Remembers a value that must not be printed, unless it is part of what is shown anyway, such as a user's name.
  package func add(_ secret: String?, unlessPartOf shown: String = "") {
    guard let secret, secret.utf8.count >= Redactor.shortestSecret, !shown.contains(secret) else { return }
    secrets.withLock { _ = $0.insert(secret) }
  }

  /// The text with `***` in place of every known secret, every password of a URL and every `password=…`.
  package func redact(_ text: String) -> String {
    var bytes = Array(text.utf8)
    // A longer one may hold a shorter one.
    for secret in secrets.withLock({ $0.sorted { $0.utf8.count > $1.utf8.count } }) {
      bytes = Redactor.replacing(Array(secret.utf8), in: bytes)
    }
    return Redactor.withoutPasswords(String(decoding: bytes, as: UTF8.self))
  }

  private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    var (output, start, index): ([UInt8], Int, Int) = ([], 0, 0)
    while index + secret.count <= bytes.count {
      if bytes[index] == secret[0], bytes[index...].starts(with: secret) {
        output += bytes[start..<index] + stars
        index += secret.count
        start = index
      } else {
        index += 1
      }
    }
    return start == 0 ? bytes : output + bytes[start...]
  }

  private static let stars = Array("***".utf8)

  /// The text with `***` in place of every password of a URL, with or without its scheme, every `password=…` and every
  /// OpenAI key. Every byte is looked at a fixed number of times, whatever the text.
  ///
  /// - Parameter isOneWord: Whether spaces belong to a URL: for an argument of the command line, which a shell has cut
  ///   out already.
  package static func withoutPasswords(_ text: String, isOneWord: Bool = false) -> String {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 == at || $0 == colon || $0 == equals || $0 == dash || $0 == quote }) else {
      return text
    }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, isOneWord || !endsWord(bytes, end) { end += 1 }
      output += withoutPassword(bytes[start..<end])
      if end < bytes.count { output.append(bytes[end]) }
      start = end + 1
    }
    return String(decoding: withoutKeys(withoutAssignments(output)), as: UTF8.self)
  }

  private static let (at, colon, equals, dash) = (
    UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "-")
  )
  private static let (quote, backslash, slash) = (UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "/"))

  /// White space, and a quote of JSON.
  private static func endsWord(_ bytes: [UInt8], _ index: Int) -> Bool {
    bytes[index] <= 0x20 || bytes[index] == UInt8(ascii: "\"") && (index == 0 || bytes[index - 1] != backslash)
  }

  // MARK: URLs

  private static func withoutPassword(_ word: ArraySlice<UInt8>) -> [UInt8] {
    let last = word.lastIndex(of: at)
    var start = word.startIndex
    while let scheme = firstScheme(in: word[start...]) {
      // The user's name is what stands before the first of these.
      guard let end = word[scheme.upperBound...].firstIndex(where: { $0 == colon || $0 == slash || $0 == at }) else {
        return Array(word)
      }
      if word[end] == colon, let last, end < last { return word[...end] + stars + word[last...] }
      if word[end] == colon, isPostgres(word[start..<scheme.lowerBound]), !isPort(word[(end + 1)...]) {
        return word[...end] + stars
      }
      start = end + 1
    }
    return start == word.startIndex ? withoutPasswordOfBareAddress(word, last) : Array(word)
  }

  private static func firstScheme(in word: ArraySlice<UInt8>) -> Range<Int>? {
    var index = word.startIndex
    while let found = word[index...].firstIndex(of: colon) {
      if word[found...].starts(with: [colon, slash, slash]) { return found..<found + 3 }
      index = found + 1
    }
    return nil
  }

  private static func isPostgres(_ text: ArraySlice<UInt8>) -> Bool {
    func ends(in name: String) -> Bool { text.suffix(name.utf8.count).map { $0 | 0x20 }.elementsEqual(name.utf8) }
    return ends(in: "postgresql") || ends(in: "postgres")
  }

  /// Whether a port, and perhaps more hosts, stand behind the host's colon.
  private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
    let authority = text.prefix { $0 != slash && $0 != UInt8(ascii: "?") && $0 != quote && $0 != UInt8(ascii: ")") }
    let ports = authority.split(separator: UInt8(ascii: ",")).map { host in
      host.lastIndex(of: colon).map { host[($0 + 1)...] } ?? host
    }
    return ports.enumerated().allSatisfy { number, port in
      UInt16(String(decoding: port, as: UTF8.self)) != nil || number > 0 && port.allSatisfy { $0 != colon }
    }
  }

  /// `user:password@host` without a scheme.
  private static func withoutPasswordOfBareAddress(_ word: ArraySlice<UInt8>, _ last: Int?) -> [UInt8] {
    guard let last, let first = word.firstIndex(of: colon), first + 1 < last, word.index(after: last) < word.endIndex,
      isName(word[last + 1])
    else { return Array(word) }
    let user = word[..<first].reversed().prefix(while: isName).reversed()
    let isOtherKind = ["mailto", "sip", "xmpp", "acct"].contains { user.elementsEqual($0.utf8) }
    return user.isEmpty || isOtherKind ? Array(word) : word[...first] + stars + word[last...]
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57, 0x80...: true
    default: "_.-+%[".utf8.contains(byte)
    }
  }

  // MARK: Assignments and keys

  /// Takes out libpq's `password=…` and SQL's `PASSWORD '…'`. A quote that is never closed goes on to the end.
  private static func withoutAssignments(_ bytes: [UInt8]) -> [UInt8] {
    let name = Array("password".utf8)
    var (output, index): ([UInt8], Int) = ([], 0)
    output.reserveCapacity(bytes.count)
    while index < bytes.count {
      guard isWord(name, bytes, index) else {
        output.append(bytes[index])
        index += 1
        continue
      }
      var value = skippingSpaces(bytes, index + name.count)
      let isAssigned = value < bytes.count && bytes[value] == equals
      if isAssigned { value = skippingSpaces(bytes, value + 1) }
      let isQuoted = value < bytes.count && bytes[value] == quote
      let end = isQuoted ? endOfQuote(bytes, value + 1) : endOfValue(bytes, value)
      guard isAssigned ? end > value : isQuoted && value > index + name.count else {
        output += bytes[index..<index + name.count]
        index += name.count
        continue
      }
      output += Array((isAssigned ? "password=***" : "password '***'").utf8)
      index = end
    }
    return output
  }

  private static func isWord(_ name: [UInt8], _ bytes: [UInt8], _ index: Int) -> Bool {
    bytes.count - index >= name.count && name.indices.allSatisfy { bytes[index + $0] | 0x20 == name[$0] }
  }

  private static func skippingSpaces(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index
  }

  private static func endOfQuote(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      if bytes[index] == backslash || bytes[index] == quote && index + 1 < bytes.count && bytes[index + 1] == quote {
        index += 2
      } else if bytes[index] == quote {
        return index + 1
      } else {
        index += 1
      }
    }
    return bytes.count
  }

  private static func endOfValue(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] > 0x20, !"&'\"".utf8.contains(bytes[index]) { index += 1 }
    return index
  }

  /// Takes out what looks like an OpenAI key: `sk-` and at least 16 characters.
  private static func withoutKeys(_ bytes: [UInt8]) -> [UInt8] {
    var (output, index): ([UInt8], Int) = ([], 0)
    output.reserveCapacity(bytes.count)
    while index < bytes.count {
      let isStart = bytes[index...].starts(with: "sk-".utf8) && (index == 0 || !isKeyByte(bytes[index - 1]))
      let end = isStart ? bytes[index...].firstIndex { !isKeyByte($0) } ?? bytes.count : index + 1
      output += isStart && end - index >= 19 ? stars : Array(bytes[index..<end])
      index = end
    }
    return output
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    isName(byte) && byte < 0x80 && !".+%[".utf8.contains(byte)
  }
}
