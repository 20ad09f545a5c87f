extension Setting {
  /// The value in a result: a number where the setting takes numbers, unless it is `auto`.
  func cell(_ settings: Settings) -> Cell {
    let text = value(settings)
    switch values {
    case .numbers, .numbersOrAuto: return Double(text) == nil ? .text(text) : .number(text)
    case .words, .text, .user: return .text(text)
    }
  }
}
