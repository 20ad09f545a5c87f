import Database
import MemoryModel
import MemoryServices

/// One setting: what `set`, `unset`, `show vars`, help and completion know of it. ``all`` declares them.
struct Setting: Sendable {
  /// What a setting takes.
  enum Values: Sendable {
    case words([String])
    /// Any text, described in words.
    case text(String)
    /// A user of the store.
    case user
    case numbers(ClosedRange<Double>, unit: String, isWhole: Bool)
    /// A number, or `auto`.
    case numbersOrAuto(ClosedRange<Double>, unit: String, isWhole: Bool)

    /// Whether a value fits.
    func contains(_ value: String) -> Bool {
      switch self {
      case .words(let words): words.contains(value)
      case .text, .user: !value.isEmpty
      case .numbers(let range, _, let isWhole):
        Double(value).map { range.contains($0) && (!isWhole || $0 == $0.rounded()) } ?? false
      case .numbersOrAuto(let range, let unit, let isWhole):
        value == "auto" || Values.numbers(range, unit: unit, isWhole: isWhole).contains(value)
      }
    }

    /// The values in words, for help and errors.
    var description: String {
      switch self {
      case .words(let words): words.joined(separator: ", ")
      case .text(let description): description
      case .user: "a user of the store, or auto for all"
      case .numbers(let range, let unit, _): "\(Int(range.lowerBound)) to \(Int(range.upperBound)) \(unit)"
      case .numbersOrAuto(let range, let unit, let isWhole):
        Values.numbers(range, unit: unit, isWhole: isWhole).description + ", or auto"
      }
    }
  }

  let name: String
  let values: Values
  /// What it is, in a line.
  let help: String
  /// The value as `set NAME VALUE` takes it.
  let value: @Sendable (Settings) -> String
  /// Takes a value that ``values`` contains.
  let change: @Sendable (inout Settings, String) -> Void
  /// What it is called where a person who changes it is told its new value; nil where nothing is told.
  var title: String?
  /// Takes the value that a session starts with.
  let restore: @Sendable (inout Settings) -> Void

  /// The value that a session starts with.
  var defaultValue: String { value(Settings()) }

  /// A setting that is a property, which is written as text and read back.
  init<Value>(
    _ name: String, _ path: WritableKeyPath<Settings, Value> & Sendable, _ values: Values, help: String,
    text: @escaping @Sendable (Value) -> String, read: @escaping @Sendable (String) -> Value
  ) {
    self.name = name
    self.values = values
    self.help = help
    value = { text($0[keyPath: path]) }
    change = { $0[keyPath: path] = read($1) }
    restore = { $0[keyPath: path] = Settings()[keyPath: path] }
  }

  /// The setting of a name; nil when there is none.
  static func named(_ name: String) -> Setting? { all.first { $0.name == name } }

  /// The setting that a name is probably meant to be; nil when it is near none.
  static func nearest(to name: String) -> String? { NearestMatch.find(name, among: all.map(\.name)) }
}

extension Setting {
  /// A property that is one of a few words.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Settings, Value> & Sendable, help: String, title: String? = nil
  ) -> Setting {
    var setting = Setting(
      name, path, .words(Value.allCases.map(\.rawValue)), help: help, text: \.rawValue,
      read: { Value(rawValue: $0) ?? Settings()[keyPath: path] })
    setting.title = title
    return setting
  }

  /// A property that is one of a few words, or nil for `auto`.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Settings, Value?> & Sendable, help: String
  ) -> Setting {
    Setting(
      name, path, .words(Value.allCases.map(\.rawValue) + ["auto"]), help: help,
      text: { $0?.rawValue ?? "auto" }, read: Value.init(rawValue:))
  }

  /// A property that is on or off.
  static func flag(_ name: String, _ path: WritableKeyPath<Settings, Bool> & Sendable, help: String) -> Setting {
    Setting(name, path, .words(["on", "off"]), help: help, text: { $0 ? "on" : "off" }, read: { $0 == "on" })
  }

  /// A property that is a text, or nil for `auto`.
  static func text(
    _ name: String, _ path: WritableKeyPath<Settings, String?> & Sendable, _ values: Values, help: String
  ) -> Setting {
    Setting(name, path, values, help: help, text: { $0 ?? "auto" }, read: { $0 == "auto" ? nil : $0 })
  }

  /// A property that is a whole number.
  static func number(
    _ name: String, _ path: WritableKeyPath<Settings, Int> & Sendable, _ range: ClosedRange<Double>, unit: String,
    help: String
  ) -> Setting {
    Setting(
      name, path, .numbers(range, unit: unit, isWhole: true), help: help, text: String.init,
      read: { Double($0).map { Int($0) } ?? Settings()[keyPath: path] })
  }
}
