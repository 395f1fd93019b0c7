import DICOMNetwork
import Digests
import FoundationEssentials
import HTTP

/// Says whether the user behind an association is who it says. PS3.7 §D.3.3.7.
struct UserIdentityVerifier: Sendable {
    enum Verdict: Equatable, Sendable {
        /// With what the answer says to the identity, if it was asked to say something.
        case accepted(serverResponse: [UInt8]?)
        case rejected(Doubt)
    }

    /// Why an identity is not believed; for the log, the peer is not told.
    enum Doubt: String, Sendable {
        case missing = "the request has no user identity"
        case otherType = "the user identity is of a type that is not taken"
        case unknownUser = "the user is not listed"
        case wrongPasscode = "the passcode is missing or wrong"
        case notBelieved = "the verifying service does not believe the user identity"
    }

    /// The question that the verifying service is asked, as JSON; bytes are in Base64.
    private struct Question: Encodable {
        let type: UInt8
        let primaryField: Data
        let secondaryField: Data
        let callingAETitle: String
        let calledAETitle: String
        let peer: String
    }

    /// A server's response goes into an item of the A-ASSOCIATE-AC, which has room for so much beside the others.
    private static let maximumResponseLength = 16 << 10
    private static let timeout = Duration.seconds(10)

    private let configuration: UserIdentityConfiguration
    private let client: HTTPClient

    init(configuration: UserIdentityConfiguration, client: HTTPClient) {
        self.configuration = configuration
        self.client = client
    }

    /// Fails when the service cannot be asked: the peer may try again.
    func verify(_ request: AAssociateRQ, peer: String) async throws -> Verdict {
        guard let identity = request.userInformation.userIdentity else { return .rejected(.missing) }
        guard let kind = identity.kind, configuration.kinds.contains(kind) else { return .rejected(.otherType) }
        if !configuration.users.isEmpty, kind == .username || kind == .usernameAndPasscode {
            return doubt(about: identity, kind).map { .rejected($0) } ?? accepted(identity)
        }
        return try await ask(identity, of: request, peer: peer)
    }

    /// PS3.7 Table D.3-15: only types 3 to 5 are told something.
    private func accepted(_ identity: UserIdentity, response: [UInt8] = []) -> Verdict {
        let isNamed = identity.kind == .username || identity.kind == .usernameAndPasscode
        return .accepted(serverResponse: identity.isPositiveResponseRequested ? (isNamed ? [] : response) : nil)
    }

    /// Nil: it is that of a user who is listed.
    private func doubt(about identity: UserIdentity, _ kind: UserIdentity.Kind) -> Doubt? {
        guard let user = configuration.users[String(decoding: identity.primaryField, as: UTF8.self)] else {
            return .unknownUser
        }
        guard let expected = user.passcodeSHA256 else { return nil }
        // Both are hashes: how long the comparison takes says nothing of the passcode.
        guard kind == .usernameAndPasscode, SHA256.hash(identity.secondaryField).hexadecimal == expected else {
            return .wrongPasscode
        }
        return nil
    }

    /// 200 or 204: accepted; 401 or 403: rejected.
    private func ask(_ identity: UserIdentity, of request: AAssociateRQ, peer: String) async throws -> Verdict {
        let question = Question(
            type: identity.type, primaryField: Data(identity.primaryField),
            secondaryField: Data(identity.secondaryField), callingAETitle: request.callingAETitle.value,
            calledAETitle: request.calledAETitle.value, peer: peer)
        let response = try await client.execute(
            HTTPRequest(
                method: "POST", url: configuration.url ?? "", headers: ["content-type": "application/json"],
                body: Array(try JSONEncoder().encode(question)), timeout: Self.timeout,
                maximumResponseBytes: Self.maximumResponseLength))
        switch response.status {
        case 200, 204: return accepted(identity, response: response.body)
        case 401, 403: return .rejected(.notBelieved)
        default: throw UserIdentityServiceError(status: response.status)
        }
    }
}

/// The verifying service answered neither yes nor no: expected were 200, 204, 401 or 403.
struct UserIdentityServiceError: Error, Equatable {
    let status: Int
}
