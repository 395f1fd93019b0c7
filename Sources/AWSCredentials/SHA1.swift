import CCrypto
import HTTP

/// SHA-1 (FIPS 180-4), after which the AWS CLI names files. It protects nothing here.
enum SHA1 {
    static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        CryptoLibrary.initialise()
        let bytes = Array(bytes)
        return [UInt8](unsafeUninitializedCapacity: 20) { digest, count in
            guard EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, EVP_sha1(), nil) == 1 else {
                fatalError("libcrypto has no SHA-1")
            }
            count = 20
        }
    }
}
