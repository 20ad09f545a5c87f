/// How far the numbers of a vector are such as models make them.
///
/// Of a vector that is read in another form than its own, most numbers are far too large or too small.
struct VectorTally {
  /// Numbers that are not zero.
  private var numbers = 0
  /// Those of them that a model may have made.
  private var plausible = 0
  /// Those that are not tiny.
  private var sizeable = 0

  /// A vector may have a few of any size, but most are within these.
  private static let plausibleRange = 1e-6...1e3
  /// Half of the numbers of a vector of a hundred thousand numbers, whose length is 1, are above this.
  private static let sizeableFrom = 5e-4
  /// More numbers of one vector tell nothing new.
  private static let numbersMaximum = 4_096

  /// - Parameter bytes: A whole number of numbers.
  init(_ bytes: UnsafeRawBufferPointer, as form: VectorForm.Number) {
    for index in 0..<min(bytes.count / form.width, VectorTally.numbersMaximum) {
      let size = abs(form.value(bytes, index))
      if size == 0 { continue }
      numbers += 1
      // False for what is not a number.
      if VectorTally.plausibleRange.contains(size) { plausible += 1 }
      if size >= VectorTally.sizeableFrom { sizeable += 1 }
    }
  }

  /// Whether this may be a vector: single numbers may be anything, also none.
  var fits: Bool { numbers > 0 && plausible * 4 >= numbers * 3 && sizeable * 2 >= numbers }
}
