import Foundation

/// What the statement that made a table of sqlite-vec says of its columns.
struct VecDefinition {
  /// The form of a vector's components.
  enum Element: String {
    case float
    case int8
    case bit
  }

  /// A column of vectors. Its place in ``vectors`` numbers the table that its chunks stand in.
  struct VectorColumn {
    let name: String
    let element: Element
    let dimensions: Int
  }

  /// The type of a metadata column, which decides on the bytes that it takes in a chunk.
  enum MetadataType {
    case text
    case integer
    case float
    case boolean
  }

  var vectors: [VectorColumn] = []
  /// Columns whose value all rows of a chunk share.
  var partitions: [String] = []
  /// Columns that stand in chunks of their own.
  var metadata: [(name: String, type: MetadataType)] = []
  /// Columns that stand in an ordinary table, with their types in lower case.
  var auxiliary: [(name: String, type: String)] = []
  /// The primary key, where the table names one.
  var key: (name: String, isText: Bool)?

  /// No vector that sqlite-vec makes is longer.
  private static let dimensionsMaximum = 8_192

  /// Reads a statement such as `CREATE VIRTUAL TABLE v USING vec0(embedding float[1536], +content text)`; nil for one that
  /// sqlite-vec would not have taken.
  init?(statement: String) {
    guard let arguments = VecDefinition.arguments(of: statement) else { return nil }
    for argument in arguments { guard take(VecDefinition.tokens(of: argument)) else { return nil } }
    if vectors.isEmpty { return nil }
  }

  private mutating func take(_ tokens: [String]) -> Bool {
    let words = tokens.map { $0.lowercased() }
    guard tokens.count >= 2 else { return false }
    // An option of the table, chunk_size: each chunk tells its size itself.
    if words[1] == "=" { return true }
    if words[0] == "+" {
      auxiliary.append((tokens[1], words.count > 2 ? words[2] : ""))
      return true
    }
    if words.count >= 5, words[2] == "[", words[4] == "]" { return takeVector(tokens[0], words) }
    switch words.dropFirst(2) {
    case ["partition", "key"]: partitions.append(tokens[0])
    case ["primary", "key"]: key = (tokens[0], words[1] == "text")
    default:
      guard let type = VecDefinition.metadataType(words[1]) else { return false }
      metadata.append((tokens[0], type))
    }
    return true
  }

  private mutating func takeVector(_ name: String, _ words: [String]) -> Bool {
    let elements: [String: Element] = ["float": .float, "f32": .float, "int8": .int8, "i8": .int8, "bit": .bit]
    guard let element = elements[words[1]], let dimensions = Int(words[3]),
      (1...VecDefinition.dimensionsMaximum).contains(dimensions)
    else { return false }
    vectors.append(VectorColumn(name: name, element: element, dimensions: dimensions))
    return true
  }

  private static func metadataType(_ word: String) -> MetadataType? {
    switch word {
    case "text": .text
    case "int", "integer", "int64": .integer
    case "float", "double", "float64", "f64": .float
    case "bool", "boolean": .boolean
    default: nil
    }
  }

  /// What stands between the parentheses, at the commas.
  private static func arguments(of statement: String) -> [String]? {
    var arguments: [String] = []
    var current = ""
    var depth = 0
    var quote: Character?
    for character in statement {
      if let open = quote {
        if character == open { quote = nil }
        if depth > 0 { current.append(character) }
        continue
      }
      switch character {
      case "\"", "'", "`":
        quote = character
        if depth > 0 { current.append(character) }
      // Before the parenthesis, brackets are quotes; behind it they hold the number of dimensions.
      case "[" where depth == 0: quote = "]"
      case "(":
        if depth > 0 { current.append(character) }
        depth += 1
      case ")":
        depth -= 1
        guard depth > 0 else { return arguments + [current] }
        current.append(character)
      case "," where depth == 1:
        arguments.append(current)
        current = ""
      default: if depth > 0 { current.append(character) }
      }
    }
    return nil
  }

  /// Words, numbers and signs.
  private static func tokens(of argument: String) -> [String] {
    var tokens: [String] = []
    var isWord = false
    for character in argument {
      let continues = character.isLetter || character.isNumber || character == "_"
      if continues, isWord, let last = tokens.indices.last {
        tokens[last].append(character)
      } else if !character.isWhitespace {
        tokens.append(String(character))
      }
      isWord = continues
    }
    return tokens
  }
}
