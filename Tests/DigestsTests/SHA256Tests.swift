// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    /// The examples that NIST published with FIPS 180-4.
    @Test(
        "Digests are those of the examples in FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func hash(_ text: String, _ digest: String) {
        #expect(SHA256.hash(text.utf8).hexadecimal == digest)
    }

    @Test("Pieces give the same digest as the whole", arguments: [1, 63, 64, 65, 999])
    func pieces(_ size: Int) {
        let whole = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let hasher = SHA256()
        for start in stride(from: 0, to: whole.count, by: size) {
            whole[start..<min(start + size, whole.count)].withUnsafeBytes(hasher.update)
        }
        #expect(hasher.finalize() == SHA256.hash(whole))
        // A sequence without contiguous storage.
        #expect(SHA256.hash(whole.lazy.map { $0 }) == SHA256.hash(whole))
    }

    @Test("Authentication codes are those of RFC 4231, cases 1, 2 and 6")
    func authenticationCode() {
        #expect(
            SHA256.authenticationCode(of: "Hi There".utf8, key: [UInt8](repeating: 0x0b, count: 20)).hexadecimal
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            SHA256.authenticationCode(of: "what do ya want for nothing?".utf8, key: Array("Jefe".utf8)).hexadecimal
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            SHA256.authenticationCode(
                of: "Test Using Larger Than Block-Size Key - Hash Key First".utf8,
                key: [UInt8](repeating: 0xaa, count: 131)
            ).hexadecimal == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
}
