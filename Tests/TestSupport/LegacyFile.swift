/// Legacy memory files for tests.
extension TestFolder {
  /// A file with rows that can be migrated and rows that cannot.
  package func legacyFile(_ name: String = "legacy.db") throws -> String {
    try sqlite(
      name,
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      INSERT INTO memories VALUES
        ('mem_1', 'ada', 'Prefers a double espresso', '[0.1, 0.2, -0.3, 4e-1]', '{"category":"preferences","n":1.50}',
         '2025-01-01T10:00:00.123Z', '2025-01-02 10:00:00'),
        ('mem_2', 'ada', 'Works in Turin', NULL, '{"big":12345678901234567890}', 1735689600123, NULL),
        ('mem_3', 'ben', 'Ships 🙂 to שלום 毎朝', x'0000803f000000000000000000000000', NULL, '2025-01-03', '2025-01-03'),
        ('mem_nul', 'ben', 'before' || char(0) || 'after', NULL, '{}', '2025-01-04', '2025-01-04');
      """)
  }

  /// A file with so many plain rows: users `user_1` to `user_5`, categories `facts` and `tasks`.
  package func plainLegacyFile(rows: Int, _ name: String = "legacy.db") throws -> String {
    try sqlite(
      name,
      """
      CREATE TABLE memories (id TEXT PRIMARY KEY, user_id TEXT, content TEXT, embedding BLOB, metadata TEXT,
        created_at DATETIME, updated_at DATETIME);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
      INSERT INTO memories SELECT 'mem_' || i, 'user_' || (i % 5 + 1), 'A memory with the number ' || i, NULL,
        '{"category":"' || CASE i % 2 WHEN 0 THEN 'facts' ELSE 'tasks' END || '"}', '2025-01-01T10:00:00Z', NULL FROM n;
      """)
  }

  /// Adds rows that no migration can take; each names the reason it must be rejected for.
  package func addRejectedRows(to name: String = "legacy.db") throws {
    try sqlite(
      name,
      """
      INSERT INTO memories VALUES
        ('empty_content', 'ada', '', NULL, '{}', '2025-01-01', '2025-01-01'),
        ('invalid_metadata', 'ada', 'cut off', NULL, '{"a":', '2025-01-01', '2025-01-01'),
        ('invalid_utf8', 'ada', CAST(x'636166e9' AS TEXT), NULL, '{}', '2025-01-01', '2025-01-01'),
        ('wrong_dimensions', 'ada', 'three', '[1,2,3]', '{}', '2025-01-01', '2025-01-01'),
        ('invalid_embedding', 'ada', 'nan', '[1,NaN,3,4]', '{}', '2025-01-01', '2025-01-01'),
        ('invalid_timestamp', 'ada', 'when?', NULL, '{}', 'yesterday', NULL),
        ('missing_user_id', NULL, 'whose?', NULL, '{}', '2025-01-01', '2025-01-01');
      """)
  }
}
