import Database
import Foundation
import MemoryModel
import MemoryServices
import Testing

@Suite struct ContentHashTests {
  @Test(
    "sha256 in hexadecimal: the examples of FIPS 180-2",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func hashes(text: String, expected: String) {
    #expect(ContentHash.hex(of: text) == expected)
  }

  @Test("base64 is read with and without its padding", arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
  func readsBase64(text: String) {
    let encoded = Data(text.utf8).base64EncodedData()
    #expect(Data(base64: encoded) == Data(text.utf8))
    #expect(Data(base64: encoded.prefix { $0 != UInt8(ascii: "=") }) == Data(text.utf8))
    #expect(Data(base64: encoded + Data("!".utf8)) == nil)
  }
}
