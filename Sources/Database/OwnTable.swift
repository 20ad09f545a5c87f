/// A table of memsh's own bookkeeping.
package enum OwnTable: String, Sendable, CaseIterable {
  case settings, runs
  case runRows = "run_rows"
  case journal
  case journalRows = "journal_rows"
}
