/// Where everything is in a file of quantised vectors: a header, then one section after the other, each as long as
/// there are rows, each beginning at a multiple of 64 bytes. Numbers are little-endian.
struct VectorFileLayout: Equatable {
  /// How many numbers a vector has.
  let dimensions: Int
  /// How many vectors there are.
  let rows: Int

  static let magic: UInt64 = 0x3263_6576_6873_6D  // "mshvec2"
  /// What the numbers of all versions have in common: "mshvec".
  static let magicMask: UInt64 = 0xFFFF_FFFF_FFFF
  static let headerBytes = 64

  /// Bytes that the codes of a row take: a multiple of 32, so that the processor reads them in whole registers.
  var codeStride: Int { (dimensions + 31) / 32 * 32 }
  /// 64-bit words that the signs of a row take.
  var signWords: Int { (dimensions + 63) / 64 }

  /// The row's id in the store, ascending.
  var ids: Int { VectorFileLayout.headerBytes }
  /// The row's number in the store's log.
  var tokens: Int { next(ids, 8) }
  /// What a code is multiplied with (float32).
  var scales: Int { next(tokens, 8) }
  /// How long the difference between the vector and its codes is (float32, rounded up); below 0 for a row that has no
  /// direction and is never found.
  var errors: Int { next(scales, 4) }
  /// What the row's codes, scale, error and id add up to: see ``VectorFileCheck``.
  var checks: Int { next(errors, 4) }
  /// What the row's signs add up to.
  var signChecks: Int { next(checks, 8) }
  /// One bit a number: whether it is negative.
  var signs: Int { next(signChecks, 8) }
  /// One signed byte a number.
  var codes: Int { next(signs, signWords * 8) }
  /// The size of the file.
  var totalBytes: Int { next(codes, codeStride) }

  private func next(_ offset: Int, _ bytesPerRow: Int) -> Int { (offset + rows * bytesPerRow + 63) / 64 * 64 }
}
