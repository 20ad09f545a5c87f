import HTTPClient

extension HTTPError {
  /// Whether trying again cannot help: a URL, a host's name or a certificate is wrong (libcurl-errors(3)).
  var isLasting: Bool { [1, 3, 5, 6, 35, 51, 53, 54, 58, 59, 60, 63, 66, 77, 83, 91].contains(code) }

  /// Whether the server refuses connections, or says nothing within the time given.
  var isRefusedOrSilent: Bool { code == 7 || code == 28 }
}
