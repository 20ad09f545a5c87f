import Database
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

  @Test("base64 as in RFC 4648", arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
  func encodesBase64(text: String) {
    let encoded = Base64.encode(Array(text.utf8))
    #expect(encoded.count % 4 == 0)
    #expect(Array(encoded.utf8).withUnsafeBytes(Base64.decode) == Array(text.utf8))
    #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
  }
}
