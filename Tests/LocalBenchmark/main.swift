// How many short texts a second a local embedder takes: LocalBenchmark MODELS-FOLDER TEXT-FILE MODEL [VECTOR-FILE]
//
// Every line of the file is a text. Prints the first round, without any cached word, and the best of five. With a file
// of vectors, of floats one text behind the other, it tells how far the embedder's are from them.
import Database
import Embeddings
import Foundation
import MemoryModel
import MemoryServices

let arguments = CommandLine.arguments
guard arguments.count == 4 || arguments.count == 5 else {
  FileHandle.standardError.write(Data("usage: LocalBenchmark MODELS-FOLDER TEXT-FILE MODEL [VECTOR-FILE]\n".utf8))
  exit(2)
}
let model = try ModelFolder(folder: arguments[1]).model(named: arguments[3])
let texts = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n").map(String.init)
let embedder = LocalEmbedder(
  model, withoutBLAS: { FileHandle.standardError.write(Data("without a BLAS: \($0)\n".utf8)) })
var seconds: [Double] = []
var vectors: [Vector] = []
for _ in 0..<5 {
  let started = Date()
  vectors = try embedder.embed(texts)
  seconds.append(Date().timeIntervalSince(started))
  precondition(vectors.count == texts.count)
}
print(
  "memsh first round \(Int(Double(texts.count) / seconds[0])) texts/s, best \(Int(Double(texts.count) / (seconds.min() ?? 1))) texts/s"
)
if arguments.count == 5 {
  let expected = try Data(contentsOf: URL(fileURLWithPath: arguments[4])).withUnsafeBytes {
    Vector(littleEndianBytes: $0)?.values ?? []
  }
  let differences = zip(vectors.lazy.flatMap(\.values), expected).lazy.map { abs($0 - $1) }
  print("largest difference of a number: \(differences.max() ?? .infinity)")
}
