import Database
import GRDB
import GRDBSQLite
import MemoryModel

/// Finding the memories that a new text may say again, without reading all of a large user.
extension SQLiteDriver {
  /// The memories with a text's rarest words, as the word index lists them.
  package func texts(
    sharing share: Double, of text: String, userID: String, in state: StoreState
  ) throws -> ScreenedTexts? {
    try read { db in
      let some = "SELECT 1 FROM memories WHERE user_id = ? LIMIT ?"
      let few = ScreenedTexts.wholeMaximum
      let count = try db.firstRow("SELECT count(*) FROM (\(some))", [userID, few + 1]) { try $0.integer(0) ?? 0 } ?? 0
      guard count > few else {
        let texts = try db.rows(
          "SELECT id, content FROM memories WHERE user_id = ? ORDER BY id", [userID], of: "memories",
          SQLiteDriver.embeddable)
        return ScreenedTexts(texts: texts, isWhole: true)
      }
      guard state.textLanguage != nil, ScreenedTexts.hasBlanks(text) else { return nil }
      var words = TextWords.all(text)
      guard words.count >= ScreenedTexts.wordsMinimum else { return nil }
      let long = words.filter { word in
        word.unicodeScalars.count >= ScreenedTexts.lettersMinimum
          && !ScreenedTexts.isNumber(word)
      }
      var lookup = ScreenedTexts.lookup(words.count, share: 0)
      if long.count > ScreenedTexts.wordsMinimum {
        words = long
        lookup = ScreenedTexts.lookup(long.count, share: share)
      }
      let lists = try WordLists(words, needed: lookup.needed, db)
      var found = try texts(lists.ranked(missing: lookup.missing), userID: userID, sameAs: text, db)
      if lists.isCut || found.count >= SQLiteDriver.textsMaximum {
        let known = Set(found.map(\.id))
        found += try texts(withNumbersOf: text, userID: userID, db).filter { !known.contains($0.id) }
      }
      return ScreenedTexts(texts: found.sorted { $0.id < $1.id }, isWhole: false)
    }
  }

  /// Of many texts that are alike those that can still be the same: with all of its numbers, because others say something
  /// else, or with all of its words where it has none; the very same one in any case.
  private func texts(withNumbersOf text: String, userID: String, _ db: Database) throws -> [EmbeddableText] {
    func rows(_ words: [String], _ condition: String, _ arguments: StatementArguments) throws -> [EmbeddableText] {
      let match: StatementArguments = [words.compactMap { TextWords.match([$0]) }.joined(separator: " AND "), userID]
      return try db.rows(
        """
        SELECT m.id, m.content FROM \(SearchDDL.textIndex) AS f JOIN memories AS m ON m.id = f.rowid
        WHERE \(SearchDDL.textIndex) MATCH ? AND m.user_id = ?\(condition) ORDER BY f.rowid LIMIT ?
        """, match + arguments, of: "memories", SQLiteDriver.embeddable)
    }
    let words = TextWords.all(text)
    let numbers = words.filter(ScreenedTexts.isNumber)
    let found = try rows(numbers.isEmpty ? words : numbers, "", [SQLiteDriver.textsMaximum])
    guard found.count == SQLiteDriver.textsMaximum else { return found }
    let same = try rows(words, " AND m.content = ?", [text, 1])
    return found + same.filter { one in !found.contains { $0.id == one.id } }
  }

  /// So many texts are compared at the most, and so many rows looked at for those of the user.
  private static let (textsMaximum, rowsMaximum) = (2_000, 20_000)

  /// The texts of the user's rows; of many those of the first ranks, and the very same one in any case.
  private func texts(
    _ ranks: [[Int64]], userID: String, sameAs text: String, _ db: Database
  ) throws -> [EmbeddableText] {
    let statement = try db.cachedStatement(sql: "SELECT id, content FROM memories WHERE id = ? AND user_id = ?")
    var texts: [EmbeddableText] = []
    var rows = 0
    for id in ranks.joined() {
      guard texts.count < SQLiteDriver.textsMaximum, rows < SQLiteDriver.rowsMaximum else { break }
      rows += 1
      if let text = try statement.firstRow([id, userID], SQLiteDriver.embeddable) { texts.append(text) }
    }
    let same = try db.cachedStatement(
      sql: "SELECT id, content FROM memories WHERE id = ? AND user_id = ? AND content = ?")
    for id in (ranks.first ?? []).dropFirst(rows) {
      guard let text = try same.firstRow([id, userID, text], SQLiteDriver.embeddable) else { continue }
      texts.append(text)
      break
    }
    return texts
  }

  private static func embeddable(_ row: StoredRow) throws -> EmbeddableText {
    EmbeddableText(id: try row.id(0), content: try row.text(1) ?? "")
  }
}

/// The rows that have each of some words, as far as they were read: all lists are read side by side, so that the shortest
/// end first and none is read much further than the longest that is needed, or than is worth it.
private struct WordLists {
  private struct List {
    let statement: Statement
    var ids: [Int64] = []
    var isWhole = false
  }

  private var lists: [List]
  /// Whether lists that are needed were not read to their ends.
  private(set) var isCut = false

  /// At the first turn so many rows of each list are read; at each of the next ones twice as many.
  private static let firstRows = 512
  /// Lists that end within so many rows in all are read beyond those that are needed: they tell rows apart.
  private static let cheapRows = 20_000

  /// Reads at least so many of the lists to their ends, unless that is too much.
  init(_ words: [String], needed: Int, _ db: Database) throws {
    lists = try words.map { word in
      let statement = try db.makeStatement(
        sql: "SELECT rowid FROM \(SearchDDL.textIndex) WHERE \(SearchDDL.textIndex) MATCH ?")
      try statement.setArguments([TextWords.match([word])])
      return List(statement: statement)
    }
    var (turn, read) = (WordLists.firstRows, 0)
    while case let whole = lists.count(where: \.isWhole), whole < lists.count,
      case let rest = (whole < needed ? ScreenedTexts.listedMaximum : WordLists.cheapRows) - read, rest > 0
    {
      turn = min(turn, rest / (lists.count - whole) + 1)
      for index in lists.indices where !lists[index].isWhole {
        let before = lists[index].ids.count
        try WordLists.read(&lists[index], rows: turn, db)
        read += lists[index].ids.count - before
      }
      turn *= 2
    }
    isCut = lists.count(where: \.isWhole) < needed
  }

  private static func read(_ list: inout List, rows: Int, _ db: Database) throws {
    let statement = list.statement.sqliteStatement
    for _ in 0..<rows {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE {
        list.isWhole = true
        return
      }
      guard code == SQLITE_ROW else {
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
      }
      list.ids.append(sqlite3_column_int64(statement, 0))
    }
  }

  /// The rows that are in all lists that were read to their ends but `missing`: first those in most of them, by id.
  func ranked(missing: Int) -> [[Int64]] {
    let whole = lists.filter(\.isWhole)
    var ids = whole.flatMap(\.ids)
    ids.sort()
    var ranked = [[Int64]](repeating: [], count: whole.count + 1)
    var start = 0
    while start < ids.count {
      var end = start + 1
      while end < ids.count, ids[end] == ids[start] { end += 1 }
      ranked[end - start].append(ids[start])
      start = end
    }
    return ranked.dropFirst(max(1, whole.count - missing)).reversed()
  }
}
