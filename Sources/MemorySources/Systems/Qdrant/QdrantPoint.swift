import Foundation
import MemoryModel

/// A point of Qdrant's local mode: a pickle of a `PointStruct`, or why it cannot be read.
struct QdrantPoint {
  let id: String?
  let payload: JSON?
  let vectors: PickleValue
  let fault: String?

  /// Reads what `storage.sqlite` keeps of a point.
  init(_ bytes: UnsafeRawBufferPointer, isText: Bool) {
    do throws(Pickle.Failure) {
      guard !isText, bytes.count > 0 else { throw Pickle.Failure(description: "it is not a pickle") }
      let value = try Pickle.read(bytes)
      guard case .object(_, let state) = value, let fields = state["__dict__"] else {
        throw Pickle.Failure(description: "it is not a point")
      }
      id = fields["id"].flatMap(QdrantPoint.id)
      vectors = fields["vector"] ?? .none
      payload = fields["payload"]?.json
      fault = payload == nil ? "its payload holds what JSON cannot" : nil
    } catch {
      (id, payload, vectors, fault) = (nil, nil, .none, "the point cannot be read: \(error)")
    }
  }

  /// The id that stands beside a point: base64 of a pickle; what is neither is taken as it is.
  static func id(_ stored: SourceValue) -> String? {
    let pickle = stored.idText.flatMap { Data(base64Encoded: $0) }
    let value = pickle?.withUnsafeBytes { try? Pickle.read($0) }
    return value.flatMap(QdrantPoint.id) ?? stored.idText
  }

  private static func id(_ value: PickleValue) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    default: nil
    }
  }

  /// The names of its vectors, in their order: one without a name, as mem0 writes it, is empty. Sparse ones, which are made
  /// of the words of the text, are left out.
  var vectorNames: [String] { named.map(\.name) }

  /// Its vector: the one without a name, else the first by name.
  var vector: SourceEmbedding {
    guard let value = named.min(by: { $0.name < $1.name })?.value, let items = value.items else { return .missing }
    if items.isEmpty { return .missing }
    var components: [Float] = []
    components.reserveCapacity(items.count)
    for item in items {
      switch item {
      case .double(let number): components.append(Float(number))
      case .int(let number): components.append(Float(number))
      default: return unreadable("it is not a list of numbers", value)
      }
    }
    let vector = Vector(components)
    return vector.isFinite ? .vector(vector) : unreadable("it contains NaN or infinity", value)
  }

  private func unreadable(_ reason: String, _ value: PickleValue) -> SourceEmbedding {
    .unreadable(reason: reason, value: value.json.map(SourceValue.json) ?? .null)
  }

  private var named: [(name: String, value: PickleValue)] {
    switch vectors {
    case .list: [("", vectors)]
    case .dict(let pairs):
      pairs.compactMap { pair in
        guard case .string(let name) = pair.key, case .list = pair.value else { return nil }
        return (name, pair.value)
      }
    default: []
    }
  }
}
