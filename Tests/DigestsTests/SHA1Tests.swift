// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

@Suite("SHA-1")
struct SHA1Tests {
    @Test("The digest of \"abc\" is that of FIPS 180-4's example")
    func hash() {
        #expect(SHA1.hash("abc".utf8).hexadecimal == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }
}
