import Foundation

/// A file beside a store that holds its vectors in a form that is quick to compare: mapped into memory, never changed,
/// only replaced as a whole.
///
/// It is a copy that can be thrown away at any time. What says whether a row of it is still true is the store's log, and
/// whether it is as it was written its ``VectorFileCheck``.
final class VectorFile {
  let layout: VectorFileLayout
  /// The number of the store's state when the file was written.
  let state: Int64

  let ids: UnsafeBufferPointer<Int64>
  let tokens: UnsafeBufferPointer<Int64>
  let scales: UnsafeBufferPointer<Float>
  let errors: UnsafeBufferPointer<Float>
  let checks: UnsafeBufferPointer<UInt64>
  let signChecks: UnsafeBufferPointer<UInt64>
  let signs: UnsafeBufferPointer<UInt64>
  let codes: UnsafeBufferPointer<Int8>

  /// Whether the ids, among which those that a filter leaves over are looked for, are as they were written.
  private(set) lazy var hasIntactIDs = VectorFileCheck.ids(ids) == idsCheck

  private let idsCheck: UInt64
  private let base: UnsafeMutableRawPointer

  /// The file that belongs to a store.
  static func path(ofStore path: String) -> String { path + "-vectors" }

  /// Opens a file.
  ///
  /// - Returns: nil when there is none, or it is not whole, or of another version or length of vectors.
  init?(path: String, dimensions: Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { Foundation.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Int(status.st_size) >= VectorFileLayout.headerBytes
    else { return nil }
    let size = Int(status.st_size)
    // Not MAP_POPULATE: the threads that scan fault their parts in side by side, which one thread alone takes longer for.
    guard let mapped = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { return nil }
    let header = mapped.assumingMemoryBound(to: UInt64.self)
    let layout = VectorFileLayout(dimensions: dimensions, rows: Int(clamping: header[2]))
    guard header[0] == VectorFileLayout.magic, header[1] == UInt64(dimensions), layout.rows < size,
      layout.totalBytes == size, header[5] == VectorFileCheck.header((0..<5).map { header[$0] })
    else {
      munmap(mapped, size)
      return nil
    }
    self.layout = layout
    state = Int64(bitPattern: header[3])
    idsCheck = header[4]
    base = mapped
    func section<Element>(_ offset: Int, _ count: Int) -> UnsafeBufferPointer<Element> {
      UnsafeBufferPointer(
        start: (mapped + offset).bindMemory(to: Element.self, capacity: count), count: count)
    }
    ids = section(layout.ids, layout.rows)
    tokens = section(layout.tokens, layout.rows)
    scales = section(layout.scales, layout.rows)
    errors = section(layout.errors, layout.rows)
    checks = section(layout.checks, layout.rows)
    signChecks = section(layout.signChecks, layout.rows)
    signs = section(layout.signs, layout.rows * layout.signWords)
    codes = section(layout.codes, layout.rows * layout.codeStride)
  }

  deinit { munmap(base, layout.totalBytes) }
}
