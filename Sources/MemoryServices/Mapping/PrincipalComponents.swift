import MemoryModel

/// The two directions in which vectors differ most: the first principal components.
///
/// Found by block power iteration, which multiplies a few vectors with the covariance again and again without ever writing
/// it down, and rotated to its eigenvectors in the end (Halko, Martinsson and Tropp, "Finding structure with randomness",
/// SIAM Review 2011). Always the same for the same vectors: the start is drawn from a seed, sums run in a fixed order, and
/// the largest number of a component is positive.
struct PrincipalComponents {
  /// Where each vector lies: x and y, around 0.
  private(set) var places: [Float] = []
  /// The share of all differences that x and y show, from 0 to 1.
  private(set) var explained: [Double] = []

  /// Looked for so many components, so that the first two are found soon.
  private static let block = 6
  private static let roundsMaximum = 30
  /// The first two are found when their variance changes by less than that share.
  private static let tolerance = 1e-5

  init(_ table: VectorTable, interruption: Interruption) throws {
    let (width, count) = (table.width, Double(max(1, table.count)))
    let ones = [Float](repeating: 1, count: table.count)
    let mean = table.sums(weightedBy: ones, sums: 1).map { $0 / count }
    // Rows have length one.
    let total = max(0, 1 - mean.reduce(0) { $0 + $1 * $1 })
    var random = MapRandom(seed: 1)
    var basis = Basis((0..<Self.block).map { _ in (0..<width).map { _ in random.share() - 0.5 } })
    var variances: [Double] = []
    for _ in 0..<Self.roundsMaximum {
      try interruption.check()
      let image = Self.image(of: basis, table, mean)
      let (rotated, found) = basis.rotated(toImage: image)
      let isFound =
        variances.count > 1
        && zip(found, variances).prefix(2).allSatisfy { abs($0 - $1) <= Self.tolerance * max($1, 1e-12) }
      variances = found
      if isFound {
        basis = rotated
        break
      }
      basis = Basis(image)
    }
    let axes = basis.vectors.prefix(2).map(Self.withFixedSign)
    places = Self.centred(table.products(with: axes.flatMap { $0.map { Float($0) } }), axes, mean)
    explained = variances.prefix(2).map { total > 1e-12 ? min(1, max(0, $0 / total)) : 0 }
  }

  /// The covariance times each vector of a basis.
  private static func image(of basis: Basis, _ table: VectorTable, _ mean: [Double]) -> [[Double]] {
    let (width, size) = (table.width, basis.vectors.count)
    let products = centred(table.products(with: basis.vectors.flatMap { $0.map { Float($0) } }), basis.vectors, mean)
    let sums = table.sums(weightedBy: products, sums: size)
    var totals = [Double](repeating: 0, count: size)
    for (index, product) in products.enumerated() { totals[index % size] += Double(product) }
    let count = Double(max(1, table.count))
    return (0..<size).map { vector in
      (0..<width).map { (sums[vector * width + $0] - totals[vector] * mean[$0]) / count }
    }
  }

  /// Products with some vectors as if the rows' mean were 0.
  private static func centred(_ products: [Float], _ vectors: [[Double]], _ mean: [Double]) -> [Float] {
    let offsets = vectors.map { vector in Float(zip(vector, mean).reduce(0.0) { $0 + $1.0 * $1.1 }) }
    var centred = products
    for index in centred.indices { centred[index] -= offsets[index % offsets.count] }
    return centred
  }

  private static func withFixedSign(_ vector: [Double]) -> [Double] {
    let largest = vector.max { abs($0) < abs($1) } ?? 0
    return largest < 0 ? vector.map { -$0 } : vector
  }
}

/// Vectors of length one, each at a right angle to the others.
private struct Basis {
  let vectors: [[Double]]

  /// Makes a basis of what some vectors span (Gram and Schmidt); a vector that adds nothing becomes 0.
  init(_ spanning: [[Double]]) {
    var vectors: [[Double]] = []
    for vector in spanning {
      var rest = vector
      // Twice, because the first time leaves rounding errors.
      for _ in 0..<2 {
        for other in vectors {
          let share = zip(rest, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in rest.indices { rest[index] -= share * other[index] }
        }
      }
      let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(length > 1e-12 ? rest.map { $0 / length } : rest.map { _ in 0 })
    }
    self.vectors = vectors
  }

  private init(orthonormal vectors: [[Double]]) { self.vectors = vectors }

  /// The basis rotated so that a symmetric map only stretches its vectors, the one that is stretched most first, and how
  /// much each is (Rayleigh and Ritz).
  ///
  /// - Parameter image: What the map makes of each vector.
  func rotated(toImage image: [[Double]]) -> (Basis, stretches: [Double]) {
    let size = vectors.count
    var matrix = (0..<size).map { row in
      (0..<size).map { column in zip(vectors[row], image[column]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    var rotation = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0.0 } }
    Basis.diagonalize(&matrix, &rotation)
    let order = (0..<size).sorted { matrix[$0][$0] > matrix[$1][$1] }
    let rotated = order.map { column in
      vectors[0].indices.map { index in
        (0..<size).reduce(0) { $0 + vectors[$1][index] * rotation[$1][column] }
      }
    }
    return (Basis(orthonormal: rotated), order.map { matrix[$0][$0] })
  }

  /// Jacobi's method: rotates one entry off the diagonal to 0 after the other.
  private static func diagonalize(_ matrix: inout [[Double]], _ rotation: inout [[Double]]) {
    let size = matrix.count
    for _ in 0..<30 {
      for row in 0..<size {
        for column in (row + 1)..<max(size, row + 1) where abs(matrix[row][column]) > 1e-300 {
          let angle = (matrix[column][column] - matrix[row][row]) / (2 * matrix[row][column])
          let tangent = (angle < 0 ? -1 : 1) / (abs(angle) + (angle * angle + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for index in 0..<size {
            let (left, right) = (matrix[index][row], matrix[index][column])
            matrix[index][row] = cosine * left - sine * right
            matrix[index][column] = sine * left + cosine * right
          }
          for index in 0..<size {
            let (left, right) = (matrix[row][index], matrix[column][index])
            matrix[row][index] = cosine * left - sine * right
            matrix[column][index] = sine * left + cosine * right
            let (first, second) = (rotation[index][row], rotation[index][column])
            rotation[index][row] = cosine * first - sine * second
            rotation[index][column] = sine * first + cosine * second
          }
        }
      }
    }
  }
}
