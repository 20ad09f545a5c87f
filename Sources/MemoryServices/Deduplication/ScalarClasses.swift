import Database
import MemoryModel

/// What a character may be in a word; ASCII, the most frequent, is looked at without the tables of Unicode.
extension Unicode.Scalar {
  /// In small letters; where a letter has several, the first.
  var small: UInt32 {
    if value < 0x80 { return (0x41...0x5A).contains(value) ? value + 0x20 : value }
    return properties.isUppercase ? properties.lowercaseMapping.unicodeScalars.first?.value ?? value : value
  }

  var isBlankASCII: Bool { value == 0x20 || (0x09...0x0D).contains(value) }

  var isDigit: Bool {
    value < 0x80 ? (0x30...0x39).contains(value) : properties.numericType != nil && !isWordAlone
  }

  /// The ASCII digit of the same value, of whatever script.
  var digitOrSelf: UInt32 {
    guard value >= 0x80, properties.numericType == .decimal, let number = properties.numericValue else { return value }
    return 0x30 + UInt32(number)
  }

  var isWordCharacter: Bool {
    if value < 0x80 { return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value & 0xDF) }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber: return true
    default: return properties.isAlphabetic
    }
  }

  /// A character of a script that writes words without blanks between them, or a pictogram.
  var isWordAlone: Bool {
    guard value >= 0x2190 else { return false }
    return properties.isIdeographic || (0x3041...0x30FF).contains(value) || isPictogram
  }

  var isPictogram: Bool { value >= 0x2190 && properties.generalCategory == .otherSymbol }

  var isMinus: Bool { value == 0x2D || value == 0x2212 || value == 0x2013 }
  var isCurrency: Bool { value == 0x24 || (value >= 0xA2 && properties.generalCategory == .currencySymbol) }
  var isApostrophe: Bool { value == 0x27 || value == 0x2019 || value == 0x02BC }
  var isUnitSign: Bool { value == 0x25 || value == 0xB0 || isCurrency }
  var joinsDigits: Bool {
    isMinus || isApostrophe || [0x2E, 0x2C, 0x3A, 0x2F, 0xA0, 0x202F].contains(value)
  }
  /// What may stand before a word and be part of it.
  var leadsWord: Bool { isMinus || isCurrency || [0x2B, 0x23, 0x40, 0x2E, 0x2F, 0x7E].contains(value) }
  /// What may stand behind one: 5 %, C++, C#.
  func endsWord(_ length: Int) -> Bool { isUnitSign || (length <= 4 && (value == 0x2B || value == 0x23)) }
  var isOperator: Bool {
    switch self {
    case "<", ">", "=", "≤", "≥", "≠", "!", "±", "×", "÷": true
    default: false
    }
  }

  var isQuote: Bool {
    switch self {
    case "\"", "'", "’", "”", "»", ")", "]", "}", "“", "„", "«", "(", "*", "_": true
    default: false
    }
  }

  var endsSentence: Bool {
    switch self {
    case ".", "!", "?", ":", ";", "…", "。", "！", "？", "：": true
    default: false
    }
  }
}
