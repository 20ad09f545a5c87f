import TestSupport
import Testing

@testable import Database
@testable import MemoryModel
@testable import MemoryServices

/// What tells two texts apart that are nearly alike.
@Suite struct TellingDifferenceTests {
  @Test("no opposite and no newer value says the same, and what says the same is not told apart")
  func table() {
    #expect(DuplicateTable.rows.count > 120, "rows of the table cannot be read")
    for row in DuplicateTable.rows {
      let difference = TellingDifference.between(row.first, row.second)
      // What says the same in quite other words may be told apart: no layer would find it.
      if row.relation != .unseen {
        #expect(
          (difference == nil) == (row.relation == .same),
          "\(row.relation): \(row.first) – \(row.second): \(String(describing: difference))")
      }
      #expect(TellingDifference.between(row.second, row.first) == difference, "\(row.first) – \(row.second)")
      #expect(TellingDifference.between(row.first, row.first) == nil)
    }
  }

  @Test("each kind of difference is called by its name")
  func kinds() {
    let table: [(String, String, TellingDifference?)] = [
      ("takes 5 pills", "takes 6 pills", .number), ("takes two pills", "takes 2 pills", nil),
      ("costs 1,234.50 euros", "costs €1234.50", nil), ("costs 3,5 euros", "costs 3.50 euros", nil),
      ("weighs 1.000 kg", "weighs 1 kg", .number), ("it is -5 °C", "it is 5 °C", .number),
      ("meets at 08:30", "meets at 8:30", nil), ("meets at 8 am", "meets at 8 pm", .value),
      ("has ٥ cats", "has 5 cats", nil),
      ("2 cats and 3 dogs", "3 dogs and 2 cats", nil), ("2 cats and 3 dogs", "3 cats and 2 dogs", .number),
      ("write to a@example.com", "write to b@example.com", .identifier),
      ("see /etc/hosts", "see /etc/passwd", .identifier),
      ("uses C++ at work", "uses C# at work", .identifier), ("id aBcD1x", "id AbCd1X", .identifier),
      ("id aBcD1x", "id abcd1x", nil), ("a < b", "a > b", .identifier),
      ("can drive a car", "can not drive a car", .negation), ("can't drive a car", "cannot drive a car", nil),
      ("the safe way", "the unsafe way", .opposite), ("the light is on", "the light is off", .opposite),
      ("met Ann in town", "met Eve in town", .name), ("lives near Graz today", "lives near Graz today.", nil),
      ("works on monday", "works on tuesday", .value), ("5 mg of iron", "5 g of iron", .value),
      ("all pupils came", "pupils came", .value), ("has a blue coat", "has a green coat", .word),
      ("Ann pays Ben", "Ben pays Ann", .order), ("tea and coffee", "coffee and tea", nil),
      ("!!!", "???", .noWords), ("", " ", nil), ("…", "a word", .noWords), ("👍", "👍👍", nil),
      ("done ✅", "done ❌", .word),
      ("Straße", "STRASSE", nil), ("ＦＵＬＬ ｗｉｄｔｈ", "ｆｕｌｌ ｗｉｄｔｈ", nil),
      ("قطة ليست هنا", "قطة هنا", nil), ("القطة في البيت", "القطة ليس في البيت", .negation),
    ]
    for (left, right, expected) in table {
      #expect(TellingDifference.between(left, right) == expected, "\(left) – \(right)")
      #expect(TellingDifference.between(right, left) == expected, "\(right) – \(left)")
    }
  }

  @Test("what looks the same is the same: composed or not, with or without marks that cannot be seen")
  func unicode() {
    let pairs = [
      ("Café crème près de l'hôtel", "Cafe\u{301} cre\u{300}me pre\u{300}s de l'ho\u{302}tel"),
      ("likes long walks", "likes\u{200B} long\u{2060} wa\u{AD}lks\u{FEFF}"),
      ("שלום עולם טוב", "\u{202B}שלום עולם טוב\u{202C}"), ("한국어 문장", "한국어 문장".decomposedForTest),
      ("heart ❤️ here", "heart ❤ here"),
    ]
    for (left, right) in pairs {
      #expect(TellingDifference.between(left, right) == nil, "\(left)")
      #expect(TextRatio.ratio(left, right) == 1, "\(left)")
      #expect(KeyPhrases.words(left) == KeyPhrases.words(right), "\(left)")
    }
  }

  @Test("random texts, of all layers: nothing traps, and both directions say the same")
  func fuzz() {
    var random = RepairPropertyTests.Seeded(state: 99)
    let pieces = [
      "not", "never", "5", "-5", "5.0", "1,000", "5mg", "mg", "€", "$5", "v1.2", "a@b.c", "x_y", "/a/b", "C++", "'",
      "’", "don't", "l'", "n't",
      "''", ".", "...", "-", "--", "#", "@", "%", "°", "½", "²", "٣", "\u{301}", "\u{200D}", "👩‍👩‍👧", "👍🏽", "日", "不", "本",
      "한", "않",
      "ß", "İ", "ﬁ", "Ann", "ANN", "ann", "Mon", "may", "May", "and", "over", "before", "red", "blue", "dog", "dogs",
      "\n", "\t", "\u{2028}",
      "\u{0}", "\u{10FFFF}", "e\u{301}", "word", "wrod", "aBcD1x", "AbCd1X", "🇩🇪", "١٢", "Ⅷ", "一百", "1:2:3", "9/9",
      "1'000", "1.2.3.4", "+", "<", ">=",
    ]
    func text() -> String {
      var text = ""
      for _ in 0..<Int.random(in: 0...14, using: &random) {
        text += pieces[Int.random(in: 0..<pieces.count, using: &random)]
        if Bool.random(using: &random) { text += " " }
      }
      return text
    }
    for _ in 0..<3_000 {
      let left = text()
      // Half of them are nearly the same.
      var right = text()
      if Bool.random(using: &random) {
        var scalars = Array(left.unicodeScalars)
        if !scalars.isEmpty { scalars.remove(at: Int.random(in: 0..<scalars.count, using: &random)) }
        right = String(String.UnicodeScalarView(scalars))
      }
      let difference = TellingDifference.between(left, right)
      #expect(
        difference == TellingDifference.between(right, left), "\(left.debugDescription) \(right.debugDescription)")
      #expect(TellingDifference.between(left, left) == nil, "\(left.debugDescription)")
      #expect(TextRatio.ratio(left, right) == TextRatio.ratio(right, left))
      let (one, other) = (KeyPhrases.words(left), KeyPhrases.words(right))
      #expect(KeyPhrases.jaccard(one, other) == KeyPhrases.jaccard(other, one))
      #expect(TextRatio.ratio(left, left) == 1)
    }
  }

  @Test("long texts and one long word take no longer than their length")
  func longTexts() {
    let growth = timeGrowth(over: 1_500...12_000) { size in
      let word = String(repeating: "a-b.c/d", count: size)
      let signs = String(repeating: "-#@./~", count: size)
      let words = (0..<size).map {
        "word\(UnicodeScalar(UInt8(97 + $0 % 26)))\(UnicodeScalar(UInt8(97 + $0 / 26 % 26)))"
      }
      let text = words.joined(separator: " ")
      let other = words.enumerated().map { $0.offset % 50 == 7 ? "other" : $0.element }.joined(separator: " ")
      #expect(TellingDifference.between(word, word + "x") != nil)
      #expect(TellingDifference.between(signs, signs + " word") != nil)
      #expect(TellingDifference.between(text, text.uppercased()) == nil)
      #expect(TellingDifference.between(text, other) == .word)
    }
    #expect(growth < growthLimit, "\(growth)")
  }
}

extension String {
  /// Hangul syllables as their letters.
  fileprivate var decomposedForTest: String {
    var text = ""
    for scalar in unicodeScalars {
      guard (0xAC00...0xD7A3).contains(scalar.value) else {
        text.unicodeScalars.append(scalar)
        continue
      }
      let index = scalar.value - 0xAC00
      for value in [0x1100 + index / 588, 0x1161 + index % 588 / 28, index % 28 == 0 ? 0 : 0x11A7 + index % 28] {
        if value > 0, let letter = UnicodeScalar(value) { text.unicodeScalars.append(letter) }
      }
    }
    return text
  }
}
