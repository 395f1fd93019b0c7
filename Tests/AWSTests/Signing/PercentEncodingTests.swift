// SPDX-License-Identifier: Apache-2.0

import AWS
import Testing

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "All characters except unreserved ones become their UTF-8 bytes as %XX",
        arguments: [
            ("", "", ""), ("AZaz09-._~", "", "AZaz09-._~"), ("a b+c", "", "a%20b%2Bc"), ("a/b", "", "a%2Fb"),
            ("a/b", "/", "a/b"), ("%41", "", "%2541"), ("ö🩻", "", "%C3%B6%F0%9F%A9%BB"), ("\n\u{0}", "", "%0A%00"),
        ])
    func encoded(_ text: String, _ kept: String, _ encoded: String) {
        #expect(text.percentEncoded(keeping: kept) == encoded)
    }
}
