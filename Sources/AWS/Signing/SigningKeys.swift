// SPDX-License-Identifier: Apache-2.0

import Digests
import Synchronization

/// Caches signing keys. A key depends on the day, the region, the service and the secret; deriving it takes four of the
/// five HMACs of a signature.
final class SigningKeys: Sendable {
    static let shared = SigningKeys()

    private static let maximumCount = 16

    private struct Origin: Hashable {
        let scope: [String]
        let secret: String
    }

    private let keys = Mutex<[Origin: [UInt8]]>([:])

    /// `scope` is day, region, service and `aws4_request`; the key is derived with each of them in turn.
    func key(scope: [String], secret: String) -> [UInt8] {
        let origin = Origin(scope: scope, secret: secret)
        if let known = keys.withLock({ $0[origin] }) { return known }
        let key = scope.reduce(Array("AWS4\(secret)".utf8)) { SHA256.authenticationCode(of: $1.utf8, key: $0) }
        keys.withLock { keys in
            if keys.count >= Self.maximumCount { keys = [:] }
            keys[origin] = key
        }
        return key
    }
}
