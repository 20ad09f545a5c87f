import Database
import MemoryModel
import MemoryServices
import Testing

@testable import Shell

/// Which `:name` in a statement is the place of a value.
@Suite struct SQLParametersTests {
  @Test("places are numbered; quotes, comments, casts and dollar quotes are left alone")
  func numbers() throws {
    let table: [(String, String, [String])] = [
      ("SELECT 1", "SELECT 1", []), (":a", "$1", ["A"]), (":a + :b + :a", "$1 + $2 + $1", ["A", "B"]),
      ("':a' \":a\" :b", "':a' \":a\" $1", ["B"]), ("x::text = :a", "x::text = $1", ["A"]),
      ("-- :a\n:b", "-- :a\n$1", ["B"]), ("/* :a */ :b", "/* :a */ $1", ["B"]), ("$$:a$$ :b", "$$:a$$ $1", ["B"]),
      ("$x$:a$x$ :b", "$x$:a$x$ $1", ["B"]), ("'it''s :a' :b", "'it''s :a' $1", ["B"]), ("a[1:2]", "a[1:2]", []),
      (":1 : a", ":1 : a", []), ("':a", "':a", []),
    ]
    for (statement, expected, values) in table {
      let bound = try SQLParameters.bound(statement, sign: "$") { ["a": "A", "b": "B"][$0] }
      #expect(bound.statement == expected && bound.values == values, "\(statement)")
    }
    let error = #expect(throws: MemshError.self) { try SQLParameters.bound(":a", sign: "?") { _ in nil } }
    #expect(error?.code == .undefinedVariable)
  }
}
