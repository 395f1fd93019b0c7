// SPDX-License-Identifier: Apache-2.0

import CCrypto

/// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto, over bytes that arrive piece by piece.
///
/// A class, because copies of a value would share libcrypto's state. Use it on one thread at a time.
package final class SHA256 {
    package static let byteCount = 32

    private let context: OpaquePointer

    package init() {
        ccrypto_initialise()
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            fatalError("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of all bytes so far. Do not use the hasher afterwards.
    package func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { digest, count in
            EVP_DigestFinal_ex(context, digest.baseAddress, nil)
            count = Self.byteCount
        }
    }

    package static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let hasher = SHA256()
        let contiguous: Void? = bytes.withContiguousStorageIfAvailable { hasher.update(UnsafeRawBufferPointer($0)) }
        if contiguous == nil { Array(bytes).withUnsafeBytes(hasher.update) }
        return hasher.finalize()
    }

    /// HMAC-SHA-256 (RFC 2104).
    package static func authenticationCode(of message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        ccrypto_initialise()
        let message = Array(message)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { code, count in
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, code.baseAddress, nil)
            count = byteCount
        }
    }
}
