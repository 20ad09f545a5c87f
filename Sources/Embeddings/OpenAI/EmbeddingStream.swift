import Foundation
import HTTPClient
import MemoryModel

/// One stream of texts through an embedding server: several requests in flight, refusals tried again, every distinct
/// text asked once, answers kept as they arrive, batches handed over in their order.
struct EmbeddingStream {
  private let exchange: OpenAIProtocol
  /// Whether the server gives base64, as far as is known.
  private(set) var asksForBase64: Bool
  private let space: EmbeddingSpace
  private let inFlightMaximum: Int
  private let cache: OptionalCache
  private let client: HTTPClient
  private let interruption: Interruption

  /// A batch on its way: vectors by position, as far as they are there.
  private struct Batch {
    var vectors: [Vector?]
    var missing: Int
  }

  /// Where a text's vector is wanted.
  private struct Place {
    let batch: Int
    let index: Int
  }

  private struct Request {
    var texts: [String]
    /// How often it was refused.
    var attempt = 0
    /// How often its only text was cut.
    var cuts = 0
    var asBase64 = true
  }

  private var batches: [Int: Batch] = [:]
  private var firstBatch = 0
  private var nextBatch = 0
  /// Who waits for a text, which is asked for once. By its hash: to Swift, strings of other bytes may be equal.
  private var waiting: [[UInt8]: [Place]] = [:]
  private var unsent: [String] = []
  private var sent: [Int: Request] = [:]
  private var retries: [(due: Double, request: Request)] = []
  private var nextID = 0
  private var limit = RateLimit()
  private var hasEnded = false
  /// Texts of which only the beginning was sent.
  private(set) var cutTexts: Int64 = 0

  /// The limits of OpenAI's API: https://platform.openai.com/docs/api-reference/embeddings/create.
  static let tokensPerText = 8_191
  private static let tokensPerRequest = 300_000
  /// What an estimate may be off: code and numbers take more tokens than it says.
  private static let estimateShare = 0.6
  /// Of at most 2,048: enough to be efficient, few enough that reading one answer does not hold up the next requests and
  /// that little is asked for again after a refusal.
  private static let textsPerRequest = 128
  private static let idleMilliseconds = 100
  private static let busyMilliseconds = 10

  init(
    _ exchange: OpenAIProtocol, space: EmbeddingSpace, inFlight: Int, cache: OptionalCache, client: HTTPClient,
    asksForBase64: Bool, interruption: Interruption
  ) {
    self.exchange = exchange
    self.asksForBase64 = asksForBase64
    self.space = space
    inFlightMaximum = inFlight
    self.cache = cache
    self.client = client
    self.interruption = interruption
  }

  mutating func run(_ next: (TextDemand) throws -> TextSupply, _ hand: ([Vector]) throws -> Void) throws {
    defer { client.stopAll() }
    while true {
      try interruption.check()
      let mayHaveMore = try take(next)
      try handOver(hand)
      if hasEnded, batches.isEmpty { return }
      try send(isWaitingForMore: mayHaveMore)
      // While texts may come at any moment, they should not have to wait for an answer first.
      let pause = mayHaveMore ? EmbeddingStream.busyMilliseconds : EmbeddingStream.idleMilliseconds
      // The next requests go out before the answers are read, which takes a while.
      let ended = client.poll(milliseconds: pause)
      if !ended.isEmpty { try send(isWaitingForMore: mayHaveMore) }
      try receive(ended)
    }
  }

  /// Takes answers in. When one of them ends the stream, the others are kept all the same: they were paid for.
  private mutating func receive(_ ended: [HTTPClient.Exchange]) throws {
    var failure: (any Error)?
    for exchange in ended {
      client.advance()
      do { try receive(exchange) } catch { failure = failure ?? error }
    }
    guard let failure else { return }
    let patience = EmbeddingStream.now + EmbeddingStream.drainSeconds
    while client.inFlight > 0, EmbeddingStream.now < patience, !interruption.isRaised {
      for exchange in client.poll(milliseconds: EmbeddingStream.idleMilliseconds) { try? receive(exchange) }
    }
    throw failure
  }

  /// How long answers that are under way are waited for when the stream ends with an error.
  private static let drainSeconds = 3.0

  /// Takes texts in until there is enough to send.
  ///
  /// - Returns: Whether there would be room for more, which are not there yet.
  private mutating func take(_ next: (TextDemand) throws -> TextSupply) throws -> Bool {
    // Whoever does not want the vectors any more says so here.
    _ = try next(.none)
    while !hasEnded, unsent.count < inFlightMaximum * EmbeddingStream.textsPerRequest {
      switch try next(batches.isEmpty ? .now : .ifReady) {
      case .texts(let texts): try accept(texts)
      case .later: return true
      case .end: hasEnded = true
      }
    }
    return false
  }

  private mutating func accept(_ texts: [String]) throws {
    let shortened = texts.map { TokenEstimate.prefix($0, tokens: EmbeddingStream.tokensPerText) }
    cutTexts += Int64(zip(texts, shortened).count { $0.utf8.count != $1.utf8.count })
    var batch = Batch(vectors: cache.vectors(for: shortened, in: space), missing: 0)
    let hits = batch.vectors.count { $0 != nil }
    cache.noteLookups(hits: hits, misses: shortened.count - hits)
    for index in shortened.indices where batch.vectors[index] == nil {
      batch.missing += 1
      let key = ContentHash.bytes(of: shortened[index])
      if waiting[key] == nil { unsent.append(shortened[index]) }
      waiting[key, default: []].append(Place(batch: nextBatch, index: index))
    }
    batches[nextBatch] = batch
    nextBatch += 1
  }

  private mutating func handOver(_ hand: ([Vector]) throws -> Void) throws {
    while let batch = batches[firstBatch], batch.missing == 0 {
      batches[firstBatch] = nil
      firstBatch += 1
      try hand(batch.vectors.compactMap(\.self))
    }
  }

  // MARK: Requests

  private static let stopwatch = Stopwatch()
  /// Seconds since the first question.
  private static var now: Double { stopwatch.elapsed.seconds }

  private mutating func send(isWaitingForMore: Bool) throws {
    let now = EmbeddingStream.now
    while client.inFlight < inFlightMaximum, now >= limit.blockedUntil {
      if let index = retries.firstIndex(where: { $0.due <= now }) {
        try start(retries.remove(at: index).request)
      } else if unsent.count >= EmbeddingStream.textsPerRequest
        || !unsent.isEmpty && (!isWaitingForMore || client.inFlight == 0)
      {
        try start(nextRequest())
      } else {
        return
      }
    }
  }

  private mutating func nextRequest() -> Request {
    var tokens = 0
    var count = 0
    while count < min(unsent.count, EmbeddingStream.textsPerRequest) {
      tokens += TokenEstimate.tokens(unsent[count])
      guard count == 0 || Double(tokens) <= Double(EmbeddingStream.tokensPerRequest) * EmbeddingStream.estimateShare
      else { break }
      count += 1
    }
    defer { unsent.removeFirst(count) }
    return Request(texts: Array(unsent[..<count]))
  }

  private mutating func start(_ request: Request) throws {
    nextID += 1
    var request = request
    request.asBase64 = asksForBase64
    let message = exchange.request(request.texts, asBase64: request.asBase64)
    do { try client.start(message, id: nextID) } catch let error as HTTPError {
      throw MemshError(.embedderFailed, "no request can be sent", hint: error.hint, cause: error.message)
    }
    sent[nextID] = request
  }

  private mutating func receive(_ ended: HTTPClient.Exchange) throws {
    guard var request = sent.removeValue(forKey: ended.id) else { return }
    if case .success(let response) = ended.result { limit.note(response.headers, now: EmbeddingStream.now) }
    switch exchange.outcome(ended.result, count: request.texts.count, asBase64: request.asBase64) {
    case .vectors(let vectors): receive(vectors, for: request.texts)
    case .withoutBase64:
      asksForBase64 = false
      retries.append((EmbeddingStream.now, request))
    case .retry(let error, let seconds, let attempts):
      request.attempt += 1
      guard let delay = RetryPolicy.delay(attempt: request.attempt, asked: seconds, maximum: attempts) else {
        throw incomplete(error)
      }
      if let seconds { limit.block(seconds: seconds, now: EmbeddingStream.now) }
      retries.append((EmbeddingStream.now + delay, request))
    case .tooLong(let error): try split(request, error)
    case .failed(let error): throw incomplete(error)
    }
  }

  private mutating func receive(_ vectors: [Vector], for texts: [String]) {
    // Before anything else: what was paid for must not be asked for again, whatever happens next.
    cache.store(vectors, for: texts, in: space)
    for (text, vector) in zip(texts, vectors) { fill(text, vector) }
  }

  private mutating func fill(_ text: String, _ vector: Vector) {
    for place in waiting.removeValue(forKey: ContentHash.bytes(of: text)) ?? [] {
      batches[place.batch]?.vectors[place.index] = vector
      batches[place.batch]?.missing -= 1
    }
  }

  /// Asks for half of the texts at a time; a single one that is still too long loses its last quarter.
  private mutating func split(_ request: Request, _ error: MemshError) throws {
    let now = EmbeddingStream.now
    guard request.texts.count == 1 else {
      let middle = request.texts.count / 2
      for part in [request.texts[..<middle], request.texts[middle...]] {
        retries.append((now, Request(texts: Array(part), attempt: request.attempt)))
      }
      return
    }
    let text = request.texts[0]
    let shorter = String(text.unicodeScalars.prefix(text.unicodeScalars.count * 3 / 4))
    guard !shorter.isEmpty, request.cuts < EmbeddingStream.cutsMaximum else { throw incomplete(error) }
    if request.cuts == 0 { cutTexts += 1 }
    // Whoever waits for the text gets the vector of its beginning.
    let places = waiting.removeValue(forKey: ContentHash.bytes(of: text)) ?? []
    waiting[ContentHash.bytes(of: shorter), default: []] += places
    retries.append((now, Request(texts: [shorter], attempt: request.attempt, cuts: request.cuts + 1)))
  }

  /// From 8,191 tokens to fewer than 200.
  private static let cutsMaximum = 14

  /// The error with what is missing.
  private func incomplete(_ error: MemshError) -> MemshError {
    let missing = batches.values.reduce(0) { $0 + $1.missing }
    guard missing > 1 else { return error }
    return MemshError(
      error.code, error.message, hint: error.hint,
      cause: [error.cause, "\(missing) texts have no embedding yet"].compactMap(\.self).joined(separator: "; "))
  }
}
