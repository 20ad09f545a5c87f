import TestSupport

/// The store that a newcomer finds: a shop's agent has filled it, and nobody has looked after it.
enum FirstHourStore {
  /// Whose, of which category, and what; the third one is wrong.
  private static let memories: [(user: String, category: String?, content: String)] = [
    ("ada", "preferences", "Drinks green tea every morning, without sugar."),
    (
      "ada", "preferences",
      "Likes her green tea from the first flush, brewed at 70 degrees for two minutes, and asks for a small pot rather "
        + "than a cup when she works from home."
    ),
    ("ada", "facts", "Cannot stand green tea; never offer it to her."),
    ("ada", "facts", "Works as a bookbinder in Turin."),
    ("ada", "contact", "Send parcels to Via Garibaldi 12, second floor, not to the shop."),
    ("ada", "preferences", "Drinks green tea every morning, without sugar!"),
    ("ada", nil, "Said on the phone that the last parcel came two days late."),
    ("ada", "orders", "Ordered 250 g of Sencha and a tea scoop of cherry wood on 3 March."),
    ("ben", "preferences", "Wants short answers, and no exclamation marks."),
    ("ben", "facts", "Is allergic to walnuts."),
    (
      "ben", "orders",
      "Returned the espresso machine because the water tank leaked; got the money back within a week and was content "
        + "with that."
    ),
    ("ben", "orders", "Asks every month whether decaffeinated Assam is in stock again."),
    ("ben", "preferences", "Wants short answers and no exclamation marks."),
    ("ben", "contact", "Reads mail in the evening; calls are better before nine."),
    ("chiara", "preferences", "Prefers an oolong after lunch, and a glass of water with it."),
    ("chiara", "facts", "Runs a small hotel with twelve rooms in Siena, and orders for the whole season in February."),
    ("chiara", "orders", "Standing order: 2 kg of breakfast blend on the first Monday of each month."),
    ("chiara", "contact", "Invoices go to conti@albergo-siena.example, everything else to Chiara herself."),
    (
      "chiara", "problem_solving",
      "The label printer jams on narrow rolls: take the 62 mm rolls, and clean the head first."
    ),
    ("dora", "preferences", "毎朝コーヒー ☕️ – but on Sundays it is tea."),
    ("dora", "facts", "Speaks Japanese and German; write to her in German."),
    ("dora", "orders", "Bought a cast-iron teapot as a wedding present for her brother."),
    ("dora", "problem_solving", "Payment by card failed twice: her bank blocks shops abroad, a transfer works."),
    ("Ada", "facts", "Has a dog called Bruno."),
  ]

  /// Makes the store `agents.db` in a folder: from a legacy file, then used for a while by something else than memsh.
  static func make(in folder: TestFolder) throws {
    let rows = memories.enumerated().map { index, memory in
      let day = index < 9 ? "0\(index + 1)" : "\(index + 1)"
      let category = memory.category.map { ",\"category\":\"\($0)\"" } ?? ""
      let moment = "2025-03-\(day)T09:30:00Z"
      return """
        ('m\(day)', '\(memory.user)', '\(memory.content)', NULL, '{"source":"chat","turn":\(index * 3)\(category)}',
         '\(moment)', '\(moment)')
        """
    }
    try folder.sqlite(
      "old.db",
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      INSERT INTO memories VALUES \(rows.joined(separator: ",\n"));
      """)
    let memsh = Memsh(in: folder)
    let made = try memsh.run(
      ["-q", "-d", "agents.db", "--embedder", "hash", "migrate", "--from", "old.db", "--skip-test"])
    guard made.status == 0 else { throw NotMade(errors: made.errors) }
    let used = """
      UPDATE memories SET importance_score = CASE WHEN id IN (4, 10) THEN 0.9 WHEN id IN (7, 22) THEN 0.3
        WHEN id = 19 THEN 7 ELSE 0.5 END, access_count = id * 3 % 11,
        last_accessed_at = '2025-04-0' || (1 + id % 9) || 'T10:00:00.000000Z',
        embedding = CASE WHEN id = 12 THEN NULL ELSE embedding END
      """
    let others = try memsh.run(["-q", "-d", "agents.db", "sql", "--write", used])
    guard others.status == 0 else { throw NotMade(errors: others.errors) }
  }

  struct NotMade: Error {
    let errors: String
  }
}
