import Testing

@testable import Shell

/// What a command of the system's shell is given of memsh's variables.
@Suite struct SystemCallTests {
  @Test("a command has the variables that it mentions and the words behind the script; other names it cannot have")
  func mentions() {
    let scope = VariableScope(
      variables: ["dir": "/tmp/a b", "other": "x", "a-b": "y", "1": "one", "2": "two", "4": "four"], environment: [:])
    let call = SystemCall("ls \"${dir}\" $2 ${a-b}", scope: scope)
    #expect(call.variables == ["dir": "/tmp/a b"] && call.arguments == ["one", "two"])
    #expect(call.words == ["/bin/sh", "-c", "ls \"${dir}\" $2 ${a-b}", "memsh", "one", "two"])
    let plain = SystemCall("ls dir", scope: scope)
    #expect(plain.variables.isEmpty && plain.arguments.isEmpty)
  }
}
