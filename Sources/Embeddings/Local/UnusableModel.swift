/// What is wrong with a model's file, before it is known which file that is.
struct UnusableModel: Error {
  let reason: String
}
