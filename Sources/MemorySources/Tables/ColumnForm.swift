import MemoryModel

/// How the vectors of a mapping stand in their column: decided once, for all rows.
struct ColumnForm {
  let form: EmbeddingDecoder.BlobForm
  /// What a person should know of it; nil where the system says how it stands, and where there are none.
  private(set) var note: VectorFormNote?
  /// What of it is to be said before the rows are read.
  private(set) var remark: String?

  /// How many rows are looked at: more than the sample takes, because some tell nothing.
  private static let rowsMaximum = 1_000

  init(of mapping: TableMapping, _ database: any TableDatabase) throws {
    if let known = mapping.vectorForm {
      form = known
      if case .column(let form, _) = known, mapping.isVectorFormNamed { note(form, mapping, values: nil) }
      return
    }
    var sample = VectorFormSample()
    let rows = try ColumnForm.read(mapping, database) { sample.add($0, isText: $1) }
    if case .form(let found) = sample.outcome {
      form = .column(found, isGuessed: true)
      note(found, mapping, values: sample.values)
      return
    }
    form = .untold
    guard rows > 0, let fault = ColumnForm.fault(sample.outcome, mapping.name) else { return }
    note = VectorFormNote(part: mapping.name, form: nil, title: fault, values: sample.values)
    remark =
      "\(fault); behind the column in --map, its form can be named: vector=COLUMN:float32 (or \(VectorForm.list))"
  }

  private mutating func note(_ form: VectorForm, _ mapping: TableMapping, values: Int?) {
    note = VectorFormNote(part: mapping.name, form: form.name, title: form.title, values: values)
    if form.number?.isRounded == true {
      remark = "the 64-bit floats of \(mapping.name)'s vectors are rounded to 32 bits"
    }
  }

  /// Why there is no form; nil where there are no vectors either.
  private static func fault(_ outcome: VectorFormSample.Outcome, _ table: String) -> String? {
    func list(_ forms: [VectorForm]) -> String { forms.map(\.title).joined(separator: ", ") }
    return switch outcome {
    case .form: nil
    case .empty: "the first vectors of \(table) are all zero or empty, so their form cannot be told"
    case .ambiguous(let forms): "the vectors of \(table) may be any of these: \(list(forms))"
    case .mixed(let forms): "the vectors of \(table) are not all of one form: \(list(forms))"
    case .unknown: "the vectors of \(table) are of no form that memsh can tell"
    }
  }

  /// Hands over the first vectors.
  ///
  /// - Returns: How many there were.
  private static func read(
    _ mapping: TableMapping, _ database: any TableDatabase, _ body: (UnsafeRawBufferPointer, Bool) -> Void
  ) throws -> Int {
    guard let vector = mapping.roles[.vector], let expression = mapping.expression(of: .vector) else { return 0 }
    var rows = 0
    let order = mapping.order(for: database.backend).map { " ORDER BY \($0)" } ?? ""
    try database.rows(
      "SELECT v FROM (SELECT \(database.answering(expression)) AS v FROM \(mapping.from) WHERE \(vector) IS NOT NULL"
        + "\(order) LIMIT \(rowsMaximum)) x"
    ) { row in
      rows += 1
      try mapping.withVector(row, 0, body)
    }
    return rows
  }
}

extension TableMapping {
  /// Lends the bytes of a vector as they stand in its table, and whether they are text.
  func withVector<Value>(
    _ row: any TableRow, _ column: Int, _ body: (UnsafeRawBufferPointer, Bool) throws -> Value
  ) throws -> Value {
    try row.withBytes(column) { bytes, isText in
      guard isVectorHexadecimal else { return try body(bytes, isText) }
      return try ColumnForm.bytes(hexadecimal: bytes).withUnsafeBytes { try body($0, false) }
    }
  }
}

extension ColumnForm {
  /// The bytes that pairs of hexadecimal digits stand for, as `encode` writes them.
  fileprivate static func bytes(hexadecimal digits: UnsafeRawBufferPointer) -> [UInt8] {
    func value(_ digit: UInt8) -> UInt8 { digit < UInt8(ascii: "a") ? digit &- UInt8(ascii: "0") : digit &- 87 }
    return (0..<digits.count / 2).map { value(digits[$0 * 2]) << 4 | value(digits[$0 * 2 + 1]) }
  }
}
