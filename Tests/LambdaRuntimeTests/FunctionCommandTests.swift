// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LambdaRuntime

@Suite("FunctionCommand")
struct FunctionCommandTests {
    @Test(
        "A command line names an event, asks for help, or is not valid",
        arguments: [
            ([], .run(eventPath: "-")), (["--event", "a.json"], .run(eventPath: "a.json")),
            (["--event=a.json"], .run(eventPath: "a.json")), (["--event=a=b"], .run(eventPath: "a=b")),
            (["--event", "-"], .run(eventPath: "-")), (["--event=-"], .run(eventPath: "-")),
            (["--event=\u{301}"], .run(eventPath: "\u{301}")), (["--help"], .help), (["-h"], .help),
            (["--event"], nil), (["--event="], nil), (["--event", ""], nil), (["--event", "a", "b"], nil),
            (["a.json"], nil),
            (["--events=a"], nil), (["--help", "x"], nil),
        ] as [([String], FunctionCommand?)])
    func arguments(_ arguments: [String], _ command: FunctionCommand?) {
        #expect(FunctionCommand(arguments) == command)
    }

    @Test(
        "The Runtime API's address is a host with a port, not a URL",
        arguments: [
            ("127.0.0.1:9001", true), ("localhost", true), ("[::1]:9001", true), ("runtime.example:80", true),
            ("", false),
            ("http://127.0.0.1:9001", false), ("127.0.0.1:9001/2018-06-01", false), ("127.0.0.1:9001/", false),
            ("user@127.0.0.1:9001", false), ("127.0.0.1 :9001", false), ("127.0.0.1:9001\r\nX: y", false),
            ("host?x", false),
        ])
    func address(_ text: String, _ isAddress: Bool) {
        #expect(RuntimeAPIClient.isAddress(text) == isAddress)
    }
}
