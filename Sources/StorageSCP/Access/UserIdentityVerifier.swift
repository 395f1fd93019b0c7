// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import FoundationEssentials
import HTTP

/// Verifies the user identity of an A-ASSOCIATE-RQ. PS3.7 §D.3.3.7.
struct UserIdentityVerifier: Sendable {
    enum Verdict: Equatable, Sendable {
        /// The response goes into the answer, if the request asked for one.
        case accepted(serverResponse: [UInt8]?)
        case rejected(Doubt)
    }

    /// Why an identity is rejected. For the log only: the peer is not told.
    enum Doubt: String, Sendable {
        case missing = "the request has no user identity"
        case otherType = "the type of the user identity is not accepted"
        case unknownUser = "the user is not listed"
        case wrongPasscode = "the passcode is missing or wrong"
        case notBelieved = "the verifying service rejected the user identity"
    }

    /// The request to the verifying service, as JSON; bytes are in Base64.
    private struct Question: Encodable {
        let type: UInt8
        let primaryField: Data
        let secondaryField: Data
        let callingAETitle: String
        let calledAETitle: String
        let peer: String
    }

    /// The service's response goes into the A-ASSOCIATE-AC: this much fits besides its other items.
    private static let maximumResponseLength = 16 << 10
    private static let timeout = Duration.seconds(10)

    private let configuration: UserIdentityConfiguration
    private let client: HTTPClient

    init(configuration: UserIdentityConfiguration, client: HTTPClient) {
        self.configuration = configuration
        self.client = client
    }

    /// Throws if the service cannot be asked: then the peer may try again.
    func verify(_ request: AAssociateRQ, peer: String) async throws -> Verdict {
        guard let identity = request.userInformation.userIdentity else { return .rejected(.missing) }
        guard let kind = identity.kind, configuration.kinds.contains(kind) else { return .rejected(.otherType) }
        if !configuration.users.isEmpty, kind == .username || kind == .usernameAndPasscode {
            return doubt(about: identity, kind).map { .rejected($0) } ?? accepted(identity)
        }
        return try await ask(identity, of: request, peer: peer)
    }

    /// PS3.7 Table D.3-15: only types 3 to 5 get a response.
    private func accepted(_ identity: UserIdentity, response: [UInt8] = []) -> Verdict {
        let isNamed = identity.kind == .username || identity.kind == .usernameAndPasscode
        return .accepted(serverResponse: identity.isPositiveResponseRequested ? (isNamed ? [] : response) : nil)
    }

    /// `nil` if the identity is that of a listed user.
    private func doubt(about identity: UserIdentity, _ kind: UserIdentity.Kind) -> Doubt? {
        guard let user = configuration.users[String(decoding: identity.primaryField, as: UTF8.self)] else {
            return .unknownUser
        }
        guard let expected = user.passcodeSHA256 else { return nil }
        // Both are hashes, so the time that the comparison takes reveals nothing about the passcode.
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

/// The verifying service gave no usable answer: expected 200, 204, 401 or 403.
struct UserIdentityServiceError: Error, Equatable {
    let status: Int
}
