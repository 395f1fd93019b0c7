// SPDX-License-Identifier: Apache-2.0

import CCrypto

/// SHA-1 (FIPS 180-4). The AWS CLI derives the names of its cache files from it; nothing here relies on it for security.
package enum SHA1 {
    package static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        ccrypto_initialise()
        let bytes = Array(bytes)
        return [UInt8](unsafeUninitializedCapacity: 20) { digest, count in
            guard EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, EVP_sha1(), nil) == 1 else {
                fatalError("libcrypto has no SHA-1")
            }
            count = 20
        }
    }
}
