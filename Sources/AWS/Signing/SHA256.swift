import CCrypto
import HTTP

/// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto, over bytes that come piece by piece.
///
/// Not a value: a copy would share the state. To be used by one thread at a time.
package final class SHA256 {
    package static let byteCount = 32

    private let context: OpaquePointer

    package init() {
        CryptoLibrary.initialise()
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

    /// The digest of all that came; the hasher is to be dropped then.
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

    package static func hash(_ body: any HTTPBody) -> [UInt8] {
        let hasher = SHA256()
        withUnsafeTemporaryAllocation(byteCount: min(body.count, 64 << 10), alignment: 1) { buffer in
            var offset = 0
            while offset < body.count {
                let count = body.copyBytes(from: offset, into: buffer)
                hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += count
            }
        }
        return hasher.finalize()
    }

    /// HMAC-SHA-256 (RFC 2104).
    package static func authenticationCode(of message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        CryptoLibrary.initialise()
        let message = Array(message)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { code, count in
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, code.baseAddress, nil)
            count = byteCount
        }
    }
}
