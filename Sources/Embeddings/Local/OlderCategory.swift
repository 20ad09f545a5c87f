extension Unicode.Scalar {
  /// The general category in Unicode 8.0, whose tables Hugging Face's `tokenizers` has: a vocabulary was made with it, and
  /// a model must see the tokens that it has learned. What came later is a letter to it.
  var olderCategory: Unicode.GeneralCategory {
    guard !isASCII else { return properties.generalCategory }
    if let changed = Unicode.Scalar.changedSince[value] { return changed }
    guard let age = properties.age, age.major <= 8 else { return .otherLetter }
    return properties.generalCategory
  }

  /// What had another category then.
  private static let changedSince: [UInt32: Unicode.GeneralCategory] = [
    0x166D: .otherPunctuation, 0x1734: .nonspacingMark, 0x1885: .otherLetter, 0x1886: .otherLetter,
    0xA9BD: .spacingMark, 0x1_11C9: .otherPunctuation, 0x1_171E: .nonspacingMark,
  ]
}
