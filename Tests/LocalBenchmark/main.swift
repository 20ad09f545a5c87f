// How many short texts a second the local embedder takes: LocalBenchmark MODELS-FOLDER TEXT-FILE
//
// Every line of the file is a text. Prints the best of five rounds, the first of them without any cached word.
import Database
import Embeddings
import Foundation
import MemoryModel
import MemoryServices

let arguments = CommandLine.arguments
guard arguments.count == 3, let model = try ModelFolder(folder: arguments[1]).inUse() else {
  FileHandle.standardError.write(Data("usage: LocalBenchmark MODELS-FOLDER TEXT-FILE\n".utf8))
  exit(2)
}
let texts = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n").map(String.init)
let embedder = try LocalEmbedder(model)
var seconds: [Double] = []
for _ in 0..<5 {
  let started = Date()
  let vectors = try embedder.embed(texts)
  seconds.append(Date().timeIntervalSince(started))
  precondition(vectors.count == texts.count)
}
print(
  "memsh first round \(Int(Double(texts.count) / seconds[0])) texts/s, best \(Int(Double(texts.count) / (seconds.min() ?? 1))) texts/s"
)
