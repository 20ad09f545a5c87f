import ArgumentParser
import Database
import MemoryModel
import MemoryServices
import MemoryStore

struct MapCommand: Filtering {
  static let declaration = CommandConfiguration(
    commandName: "map", abstract: "Draw the memories as a map: those that mean the same stand together.",
    discussion: """
      FILE becomes one page for a browser, which needs no network: hover or arrow keys show a memory, click or Enter copies \
      `show ID`, / searches; memories that `dedup` finds to say the same are joined by lines. Without FILE the map is drawn \
      here.

      Memories are laid out by their vectors alone. pca shows the two directions in which they differ most, so that \
      distances mean something; neighbours puts the nearest neighbours of each together, so that groups part, and distances \
      between groups mean nothing. Both are the same each time. Clusters are named by the words that are commoner in them \
      than elsewhere.

      The page holds the beginnings of the texts; --no-text leaves them and the clusters' words out.
      """)

  static let examples = [
    "map",
    "map memories.html",
    "map --layout neighbours --by category",
    "map ada.html --user ada --by age --no-text",
  ]

  @Argument(
    help: ArgumentHelp("The page to write.", valueName: "file"), completion: .file(extensions: ["html"]))
  var file: String?

  @Option(help: "pca or neighbours.")
  var layout = MemoryMap.Layout.pca

  @Option(help: "Tell the points apart by cluster, user, category, importance, age or access.")
  var by = MapGrouping.cluster

  @Flag(help: "Leave the texts out.")
  var noText = false

  @Flag(help: "Do not look for memories that say the same, which takes most of the time.")
  var noLinks = false

  @Flag(help: "Replace a page that is there.")
  var overwrite = false

  @OptionGroup var filter: FilterOptions
  @OptionGroup var result: ResultOptions

  var outputFormat: OutputFormat? { result.output }
  var onlyReads: Bool { true }

  func validate() throws {
    guard file != nil || !(overwrite || noLinks) else {
      throw ValidationError("'\(overwrite ? "--overwrite" : "--no-links")' goes with a file")
    }
    guard file != "" else { throw ValidationError("the page needs a name") }
  }

  func run(in session: Session) throws -> CommandResult {
    let store = try session.store()
    if let file { try session.refuseToWrite(file, besides: store, mayReplace: overwrite) }
    var options = MapOptions()
    options.filter = try filter.filter(now: session.clock.now())
    options.layout = layout
    options.readsTexts = !noText
    let groups = try file == nil || noLinks ? [] : groups(options.filter, store, session)
    let map = try MapService(store: store, progress: session.progress, interruption: session.interruption).map(options)
    guard let file else {
      return CommandResult(.record(ResultRecord(map, by: by, rows: session.console.outputRows)))
    }
    let page = MapPage(
      map: map, duplicates: groups, grouping: by, store: store.identity.name, hasTexts: !noText)
    try session.files.write(piecesTo: file, mayReplace: overwrite) { try page.write($0) }
    return CommandResult(
      .record(
        ResultRecord(
          title: "Map",
          fields: [.init("path", .text(file))] + ResultRecord.summary(map)
            + [.init("clusters", .count(map.clusters.count)), .init("duplicate_groups", .count(groups.count))])))
  }

  /// The ids of memories that say the same, group by group.
  private func groups(_ filter: MemoryFilter, _ store: MemoryStore, _ session: Session) throws -> [[Int64]] {
    let service = DeduplicationService(
      store: store, author: session.author, progress: session.progress, interruption: session.interruption)
    var wanted = DeduplicationOptions()
    wanted.filter = filter
    return try service.plan(wanted, .show).report.groups.map { [$0.kept.id] + $0.removed.map(\.memory.id) }
  }
}

extension MemoryMap.Layout: ExpressibleByArgument {}
