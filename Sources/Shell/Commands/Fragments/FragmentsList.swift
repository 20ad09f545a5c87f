import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

extension FragmentsCommand {
  struct List: ShellCommand {
    static let declaration = CommandConfiguration(
      commandName: "list", abstract: "List the fragments, those that come first in a prompt first.")

    static let examples = [
      "fragments",
      "fragments --agent sales --tier core",
    ]

    @Option(help: "Only those of this category.")
    var category: String?

    @Option(help: "Only those for this agent, or for all.", completion: .stored)
    var agent: String?

    @Option(help: "Only those of this tier: core, standard or full.")
    var tier: ContextTier?

    @OptionGroup var result: ResultOptions

    var outputFormat: OutputFormat? { result.output }
    var onlyReads: Bool { true }

    func run(in session: Session) throws -> CommandResult {
      let all = try session.fragmentService().all()
      let fragments = all.filter { stored in
        (category.map { $0 == stored.fragment.category } ?? true)
          && (agent.map { PromptFragment.agent(named: $0) == stored.fragment.agentType } ?? true)
          && (tier.map { $0 == stored.fragment.contextTier } ?? true)
      }
      var table = ResultTable(fragments)
      table.wholeWith = "fragments show ID"
      var result = CommandResult(.table(table))
      let categories = Set(all.map(\.fragment.category))
      if let category, !categories.contains(category) {
        result.remark = Emptiness.unknown(
          "no fragment has the category '\(category)'", category, among: categories.sorted(), "fragments")
      }
      return result
    }
  }
}
