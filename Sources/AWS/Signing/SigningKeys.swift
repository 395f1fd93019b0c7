import Digests
import Synchronization

/// The keys that requests are signed with, each the same for a day, a region, a service and a secret: the last few are kept,
/// since deriving one takes four of a signature's five HMACs.
final class SigningKeys: Sendable {
    static let shared = SigningKeys()

    private static let maximumCount = 16

    private struct Origin: Hashable {
        let scope: [String]
        let secret: String
    }

    private let keys = Mutex<[Origin: [UInt8]]>([:])

    /// Derived through the scope's parts in turn: day, region, service, `aws4_request`.
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
