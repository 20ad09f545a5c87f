import Foundation
import MemoryModel

/// One file that a browser shows without a network: markup, style and script of memsh's own, and data beside them.
///
/// Data comes from strangers. It stands in an element that is never run, as JSON without the characters that could end it,
/// and the script puts it into the page as text only. A Content-Security-Policy lets nothing run but this very script, and
/// nothing be fetched at all.
struct HTMLPage {
  /// Constant text.
  let title: String
  /// Constant markup.
  let body: String
  /// Constant code.
  let script: String
  /// Constant rules.
  let style: String

  /// What stands before the data.
  var beginning: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <meta name="referrer" content="no-referrer">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <title>\(title)</title>
    <style>\(style)</style>
    </head>
    <body>
    \(body)
    <script type="application/json" id="data">
    """
  }

  /// What stands behind the data.
  var end: String {
    """
    </script>
    <script>\(script)</script>
    </body>
    </html>

    """
  }

  private var policy: String {
    func hash(_ text: String) -> String { "'sha256-\(Data(ContentHash.bytes(of: text)).base64EncodedString())'" }
    return "default-src 'none'; script-src \(hash(script)); style-src \(hash(style)); img-src data:; "
      + "base-uri 'none'; form-action 'none'"
  }

  /// JSON in which nothing can end the element around it: what could stands in strings only, and is written as `\uXXXX`
  /// there. Line separators are by ``JSON/text``.
  static func embedded(_ json: String) -> String {
    guard json.utf8.contains(where: isMarkup) else { return json }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.utf8.count + 64)
    for byte in json.utf8 {
      switch byte {
      case UInt8(ascii: "<"): bytes += "\\u003c".utf8
      case UInt8(ascii: ">"): bytes += "\\u003e".utf8
      case UInt8(ascii: "&"): bytes += "\\u0026".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isMarkup(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
  }
}
