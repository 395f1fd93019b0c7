// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AWS

@Suite("S3XML")
struct S3XMLTests {
    @Test(
        "The text is that of the first element with the name, with entities decoded",
        arguments: [
            ("<A><B>x</B><B>y</B></A>", "x"), ("<B></B>", ""), ("<A/>", nil), ("", nil), ("<B>x", nil), ("B", nil),
            ("<B>&quot;a&quot; &lt;&amp;&gt; &apos;</B>", "\"a\" <&> '"),
            ("<B>&#34;&#x22;&#x1F600;</B>", "\"\"😀"),
            ("<B>&amp;lt;</B>", "&lt;"), ("<B>a & b; c</B>", "a & b; c"),
            ("<B>&unknown;&#xD800;&</B>", "&unknown;&#xD800;&"),
            ("<B>&amp;\u{301}&\u{301}</B>", "&\u{301}&\u{301}"), ("<B>Größe\r\n</B>", "Größe\r\n"),
        ] as [(String, String?)])
    func text(_ document: String, _ text: String?) {
        #expect(S3XML.text(of: "B", in: Array(document.utf8)) == text)
    }

    @Test("Parsing many ampersands takes linear time", .timeLimit(.minutes(1)))
    func ampersands() {
        let text = String(repeating: "&", count: 1 << 16)
        #expect(S3XML.text(of: "B", in: Array("<B>\(text)</B>".utf8)) == text)
    }

    @Test("All elements with a name are found, with their contents")
    func contents() {
        let document = Array("<L><C><K>a</K></C><D/><C><K>b&amp;</K><S>1</S></C></L>".utf8)
        let contents = S3XML.contents(of: "C", in: document)
        #expect(contents.map { S3XML.text(of: "K", in: $0) } == ["a", "b&"])
        #expect(contents.map { S3XML.text(of: "S", in: $0) } == [nil, "1"])
        #expect(S3XML.contents(of: "X", in: document).isEmpty)
    }

    @Test(
        "Escaped text is read back unchanged",
        arguments: ["\"0cc175b9-2\"", "a<b>&c", "&amp;", "", "'", "&\u{301}<\u{301}"])
    func roundTrip(_ text: String) {
        let escaped = S3XML.escape(text)
        #expect(!escaped.unicodeScalars.contains { "<>\"".unicodeScalars.contains($0) })
        #expect(S3XML.text(of: "E", in: Array("<E>\(escaped)</E>".utf8)) == text)
    }
}
