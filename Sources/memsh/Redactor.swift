import Synchronization

/// The one place that takes secrets out of what memsh prints.
final class Redactor: Sendable {
  private let secrets = Mutex<[String]>([])

  /// Shorter values would be found inside ordinary words.
  private static let shortestSecret = 6

  /// Remembers a value that must not be printed, unless it is part of what is shown anyway, such as a user's name.
  func add(_ secret: String?, unlessPartOf shown: String = "") {
    guard let secret, secret.count >= Redactor.shortestSecret, !shown.contains(secret) else { return }
    secrets.withLock { $0.append(secret) }
  }

  /// The text with `***` in place of every known secret, every password of a URL and every `password=…`.
  func redact(_ text: String) -> String {
    var text = text
    for secret in secrets.withLock({ $0 }) { text = text.replacing(secret, with: "***") }
    return Redactor.withoutPasswords(text)
  }

  /// The text with `***` in place of every password of a URL, every `password=…` and every OpenAI key.
  static func withoutPasswords(_ text: String) -> String {
    var text = text
    if text.contains("sk-") { text = text.replacing(/\bsk-[A-Za-z0-9_-]{16,}/) { _ in "***" } }
    let lowered = text.lowercased()
    guard lowered.contains("://") || lowered.contains("password") else { return text }
    text = text.replacing(/(:\/\/[^\s:\/@]*):[^\s]*@/) { "\($0.output.1):***@" }
    // libpq's connection strings and URLs, and SQL's ALTER ROLE … PASSWORD '…'.
    text = text.replacing(/(?i)password\s*=\s*('(\\.|[^'\\])*'|[^\s&'"]+)/) { _ in "password=***" }
    return text.replacing(/(?i)\bpassword\s+'(''|[^'])*'/) { _ in "password '***'" }
  }
}
