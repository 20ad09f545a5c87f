import Database
import MemoryModel

/// What can be wrong with fragments.
extension Check {
  /// Those of prompt fragments, in the order in which they are made.
  static let ofFragments = [
    fragmentValueType, tagsInvalid, fragmentContentEmpty, fragmentEveryAgent, fragmentDuplicates, fragmentOrder,
  ]

  package static let fragmentValueType = Check.ofTypes(
    "fragment_value_type", in: .fragments, "fragments with values of another type than their column's",
    fix: "convert them, or set the default")

  package static let tagsInvalid = Check(
    "tags_invalid", .error, in: .fragments, "the tags are not a list of words", fix: "take them away",
    byNameBecause: "what there is instead of a list is lost", isAgainstType: true,
    finds: "t.tags IS NOT NULL AND \(jsonKind: .tags) <> 'texts'", .values([.set(.tags, to: "'[]'")]))

  package static let fragmentContentEmpty = Check(
    "fragment_content_empty", .error, in: .fragments, "fragments without content", fix: "delete them",
    byNameBecause: "the other columns of what is deleted may say something", finds: .isBlank(.content), .deletion)

  package static let fragmentEveryAgent = Check(
    "fragment_every_agent", .error, in: .fragments,
    "fragments for the agent 'all': to applications NULL means every agent", fix: "set their agent to NULL",
    finds: "\(.agent, of: "t") = \(PromptFragment.everyAgent)", .values([.set(.agent, to: "NULL")]))

  package static let fragmentDuplicates = Check(
    "fragment_duplicates", .warning, in: .fragments, "the same fragment more than once", fix: "keep the first",
    byNameBecause: "their priorities and tags may differ, and only the first stays",
    finds: """
      EXISTS (SELECT 1 FROM prompt_fragments AS f
        WHERE f.id < t.id AND \(.fragmentCategory, of: "f") = \(.fragmentCategory, of: "t")
          AND coalesce(\(.agent, of: "f"), \(PromptFragment.everyAgent)) = coalesce(\(.agent, of: "t"), \(PromptFragment.everyAgent))
          AND \(.content, of: "f") = \(.content, of: "t"))
      """, .deletion)

  package static let fragmentOrder = Check(
    "fragment_order", .warning, in: .fragments, "fragments updated before they were created",
    fix: "set updated_at to created_at", byNameBecause: "either of the two times may be the wrong one",
    finds: "\(seconds: .updated) < \(seconds: .created)", .values([.set(.updated, to: "t.created_at")]))
}
