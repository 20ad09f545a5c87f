import MemoryModel

/// Memories laid out in the plane by what they mean.
package struct MemoryMap: Sendable {
  /// How they are laid out.
  package enum Layout: String, Sendable, CaseIterable {
    /// By the two directions in which they differ most.
    case pca
    /// So that the nearest neighbours of each stand together.
    case neighbours
  }

  /// A memory in the plane.
  package struct Point: Sendable {
    /// The memory's id.
    package let id: Int64
    /// The place of its user in ``MemoryMap/users``.
    package let user: Int32
    /// The place of its category in ``MemoryMap/categories``; nil for NULL.
    package let category: Int32?
    /// Its importance; nil for NULL and for what cannot be drawn.
    package let importance: Double?
    /// How often it was read; nil for NULL.
    package let accesses: Int64?
    /// When it was created; nil for NULL.
    package let created: Timestamp?
    /// The beginning of its text.
    package let text: String
    /// How far to the right it lies, from 0 to 1.
    package internal(set) var x: Float = 0
    /// How high it lies, from 0 to 1.
    package internal(set) var y: Float = 0
    /// The place of its cluster in ``MemoryMap/clusters``.
    package internal(set) var cluster: Int32 = 0
    /// Whether it is unlike all clusters.
    package internal(set) var isOutlier = false
  }

  /// Memories that mean something alike.
  package struct Cluster: Sendable {
    /// The words that are commoner in it than elsewhere, the most telling first; none where there are no such words.
    package let words: [String]
    /// How many memories are in it, outliers included.
    package let count: Int
  }

  /// How they are laid out.
  package let layout: Layout
  /// The memories, by id.
  package internal(set) var points: [Point]
  /// The share of all differences between the vectors that x and y show, from 0 to 1.
  package let explained: [Double]
  /// The users, in the order in which they come.
  package let users: [String]
  /// The categories, in the order in which they come.
  package let categories: [String]
  /// The clusters, the largest first.
  package internal(set) var clusters: [Cluster]
  /// The length of the vectors.
  package let dimensions: Int
  /// Memories that pass the filter and have no vector with a direction.
  package let withoutVector: Int
  /// Memories that were not drawn because there are too many.
  package let notDrawn: Int

  /// How many memories are unlike all clusters.
  package var outliers: Int { points.count(where: \.isOutlier) }
}
