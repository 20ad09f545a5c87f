import Database
import MemoryModel

/// Whether an embedder does what an embedder must: the same text gets the same vector each time, and another text
/// another one. One that answers anything at all would pass for one that works.
package struct EmbedderTest: Sendable {
  /// What is wrong with an embedder.
  struct Fault: Error {
    /// The sentence's end, after "the embedder".
    let what: String
  }

  /// The length of the vectors.
  package let dimensions: Int
  /// The cosine of two vectors of one text.
  package let sameText: Double
  /// The cosine of the vectors of a text and of the same in other words.
  package let sameMeaning: Double
  /// The cosine of the vectors of two texts that have nothing to do with each other.
  package let otherText: Double
  /// What a text took, in milliseconds.
  package let milliseconds: Double

  static let text = "Prefers a double espresso in the morning and decaf after lunch."
  static let otherText = "Invoice 4711 for Hamburg is overdue since 12 May; ask accounting."
  private static let inOtherWords = "Drinks strong coffee for breakfast, and later in the day only without caffeine."

  /// What a server may be off when it computes the same vector twice, as cosine; another text's is further away.
  static let sameAtLeast = 0.999
  /// From here on two vectors are one.
  private static let oneFrom = 0.999_999

  /// Asks an embedder for some vectors, which no cache answers.
  ///
  /// - Throws: `embedder_failed`, or what the embedder fails with.
  package init(_ embedder: any Embedder) throws {
    do {
      // The first text may take longer: a model is opened for it.
      _ = try EmbedderTest.vector(EmbedderTest.text, embedder)
      let stopwatch = Stopwatch()
      let vectors = try EmbedderTest.vectors(embedder)
      let inOtherWords = try EmbedderTest.vector(EmbedderTest.inOtherWords, embedder)
      milliseconds = stopwatch.elapsed.milliseconds / 5
      dimensions = vectors.text.dimensions
      guard dimensions == embedder.space.dimensions else {
        throw Fault(what: "answers with \(dimensions) numbers, not \(embedder.space.dimensions)")
      }
      sameText = try EmbedderTest.cosine(vectors.text, EmbedderTest.vector(EmbedderTest.text, embedder))
      otherText = try EmbedderTest.cosine(vectors.text, vectors.other)
      sameMeaning = try EmbedderTest.cosine(vectors.text, inOtherWords)
    } catch let fault as Fault {
      throw MemshError(
        .embedderFailed, "the embedder \(embedder.space) \(fault.what)",
        hint: "look at its server or model; `models` lists what is installed")
    }
  }

  /// The vectors of the two texts, once both have been seen to be the same each time, and different.
  ///
  /// - Throws: ``Fault``, or what the embedder fails with.
  static func vectors(_ embedder: any Embedder) throws -> (text: Vector, other: Vector) {
    let (text, other) = (try vector(EmbedderTest.text, embedder), try vector(otherText, embedder))
    guard try cosine(text, vector(EmbedderTest.text, embedder)) >= sameAtLeast,
      try cosine(other, vector(otherText, embedder)) >= sameAtLeast
    else { throw Fault(what: "gives the same text another vector each time") }
    guard try cosine(text, other) < oneFrom else { throw Fault(what: "gives different texts the same vector") }
    return (text, other)
  }

  private static func vector(_ text: String, _ embedder: any Embedder) throws -> Vector {
    guard let vector = try embedder.embedAfresh(text) else { throw Fault(what: "answered with no vector") }
    return vector
  }

  static func cosine(_ left: Vector, _ right: Vector) throws -> Double {
    guard left.isFinite, right.isFinite, let cosine = left.cosine(with: right) else {
      throw Fault(what: "answered with a vector without direction, or of another length")
    }
    return cosine
  }
}
