import MemoryModel
import Testing

@testable import Shell

/// The file of named connections, and what a start-up script is cut into.
@Suite struct NamedConnectionsTests {
  @Test("what is written is read again, by name")
  func roundTrips() throws {
    var connections = NamedConnections()
    connections.set(
      NamedConnection(name: "prod", location: "postgresql://ada@db/x", label: ConnectionLabel("production")))
    connections.set(NamedConnection(name: "dev", location: "/srv/dev.db", label: nil))
    connections.set(NamedConnection(name: "dev", location: "/srv/other.db", label: nil))
    let read = try NamedConnections(text: connections.text)
    #expect(read == connections && read.all.map(\.name) == ["dev", "prod"])
    #expect(try read.named("dev").location == "/srv/other.db")
    #expect(try read.named("prod").label?.isProduction == true)
    try connections.remove("dev")
    let error = #expect(throws: MemshError.self) { try connections.named("dev") }
    #expect(error?.code == .notFound && error?.hint?.contains("@prod") == true)
  }

  @Test(
    "a file that says something else is refused",
    arguments: ["", "[]", "{\"a\": {}}", "{\"a\": {\"location\": \"\"}}", "{\"a\": \"x.db\"}"])
  func refuses(text: String) {
    let error = #expect(throws: MemshError.self) { try NamedConnections(text: text) }
    #expect(error?.hint?.contains("location") == true)
  }

  @Test(
    "names can be typed without quotes",
    arguments: [
      ("prod", true), ("prod-2.eu_a", true), ("", false), ("a b", false), ("é", false), ("a/b", false), ("@a", false),
    ])
  func checksNames(name: String, isName: Bool) { #expect(NamedConnections.isName(name) == isName) }

  @Test("a start-up script is cut into its commands, each in its own line; an open quote takes one line only")
  func cutsScript() {
    let pieces = StartUpScript.pieces(of: "set a 1\n\n# note\nset b \"x\ny\"\necho \\\n  c\nset d \"open\nset e 5\n")
    #expect(
      pieces == [
        "set a 1", "\n\n# note", "\n\n\nset b \"x\ny\"", "\n\n\n\n\necho \\\n  c", "\n\n\n\n\n\n\nset d \"open",
        "\n\n\n\n\n\n\n\nset e 5",
      ])
  }
}
