import MemoryModel

/// The text of `--map`: `content=body,user='ada',created="My date"`.
enum MapText {
  /// The parts with their values as they were written; commas inside quotes separate nothing.
  ///
  /// - Throws: `usage`.
  static func parts(of text: String) throws -> [SourceRole: String] {
    var parts: [SourceRole: String] = [:]
    for piece in try pieces(of: text) {
      let halves = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = halves[0].trimmingCharacters(in: .whitespaces)
      let value = halves.count > 1 ? halves[1].trimmingCharacters(in: .whitespaces) : ""
      guard !name.isEmpty, !value.isEmpty else {
        throw MemshError(
          .usage, "--map: '\(piece)' is not of the form part=column",
          hint: "write --map content=body,user=owner, or give a file that ends in .yaml")
      }
      guard let role = SourceRole(rawValue: name.lowercased()) else {
        let nearest = NearestMatch.find(name, among: SourceRole.allCases.map(\.rawValue))
        throw MemshError(
          .usage, "--map: there is no part '\(name)'",
          hint: (nearest.map { "did you mean '\($0)'? " } ?? "") + "the parts are: \(SourceRole.list)")
      }
      guard parts.updateValue(value, forKey: role) == nil else {
        throw MemshError(.usage, "--map names the part \(name) twice", hint: "give each part one column")
      }
    }
    return parts
  }

  private static func pieces(of text: String) throws -> [String] {
    var pieces = [""]
    var quote: Character?
    for character in text {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      }
      if character == ",", quote == nil {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    guard quote == nil else {
      throw MemshError(.usage, "--map: a quote is not closed", hint: "a quote inside quotes is written twice")
    }
    return pieces
  }
}
