import Testing

@testable import Shell

/// What is taken out of a text before it is printed or kept.
@Suite struct RedactorTests {
  @Test(
    "passwords of URLs, assignments and keys go",
    arguments: [
      ("postgresql://ada:hunter22@db/x", "postgresql://ada:***@db/x"),
      ("connect 'postgres://ada:h/u@nter22@db/x' now", "connect 'postgres://ada:***@db/x' now"),
      ("POSTGRESQL://ada:hunter22@db/x", "POSTGRESQL://ada:***@db/x"),
      ("POSTGRESQL://ada:hunter22", "POSTGRESQL://ada:***"),
      ("postgresql://ada:hunter22", "postgresql://ada:***"), ("ada:hunter22@db/x", "ada:***@db/x"),
      ("host=db password=hunter22 user=ada", "host=db password=*** user=ada"),
      ("password = 'hunter 22' user=ada", "password=*** user=ada"), ("PASSWORD 'hunter22'", "password '***'"),
      ("postgresql://db/x?password=hunter22&user=a", "postgresql://db/x?password=***&user=a"),
      ("sslpassword=hunter22", "sslpassword=***"), ("key sk-hunter22hunter22hunter22 end", "key *** end"),
      (#"{"url":"postgresql://ada:hunter22@db/x"}"#, #"{"url":"postgresql://ada:***@db/x"}"#),
    ])
  func takesOut(text: String, expected: String) { #expect(Redactor().redact(text) == expected) }

  @Test(
    "what only looks like one stays",
    arguments: [
      "postgresql://ada@db:5432/x", "postgresql://db:5432,other:5433/x", "http://localhost:8080/v1",
      "mailto:ada@example.com",
      "at 10:30 @ home", "the password is long", "sk-short", "a:b.db", "12:30", "",
    ])
  func keeps(text: String) { #expect(Redactor().redact(text) == text) }

  @Test(
    "values that were told are taken out wherever they stand, the longer ones first, short ones and shown ones never")
  func takesOutValues() {
    let redactor = Redactor()
    redactor.add("geheim")
    redactor.add("geheim-und-mehr")
    redactor.add("short")
    redactor.add("postgres", unlessPartOf: "postgres@db")
    redactor.add(nil)
    #expect(redactor.redact("geheim-und-mehr, geheimgeheim, short, postgres") == "***, ******, short, postgres")
  }
}
