// SPDX-License-Identifier: Apache-2.0

/// A-ASSOCIATE-RJ: why an association is rejected. PS3.8 §9.3.4.
package struct AAssociateRJ: Hashable, Sendable {
    package enum Result: UInt8, Hashable, Sendable {
        case rejectedPermanent = 1
        case rejectedTransient = 2
    }

    package enum Source: UInt8, Hashable, Sendable {
        case serviceUser = 1
        case serviceProviderACSE = 2
        case serviceProviderPresentation = 3
    }

    package let result: Result
    package let source: Source
    /// Its meaning depends on the source. PS3.8 Table 9-21.
    package let reason: UInt8

    package init(result: Result, source: Source, reason: UInt8) {
        self.result = result
        self.source = source
        self.reason = reason
    }
}

extension AAssociateRJ {
    package static let noReasonGiven = AAssociateRJ(result: .rejectedPermanent, source: .serviceUser, reason: 1)
    package static let applicationContextNameNotSupported = AAssociateRJ(
        result: .rejectedPermanent, source: .serviceUser, reason: 2)
    package static let callingAETitleNotRecognized = AAssociateRJ(
        result: .rejectedPermanent, source: .serviceUser, reason: 3)
    package static let calledAETitleNotRecognized = AAssociateRJ(
        result: .rejectedPermanent, source: .serviceUser, reason: 7)
    /// PS3.7 §D.3.3.7.3: the user identity was not verified.
    package static let userIdentityNotAccepted = AAssociateRJ(
        result: .rejectedPermanent, source: .serviceProviderACSE, reason: 1)
    package static let protocolVersionNotSupported = AAssociateRJ(
        result: .rejectedPermanent, source: .serviceProviderACSE, reason: 2)
    package static let temporaryCongestion = AAssociateRJ(
        result: .rejectedTransient, source: .serviceProviderPresentation, reason: 1)
    package static let localLimitExceeded = AAssociateRJ(
        result: .rejectedTransient, source: .serviceProviderPresentation, reason: 2)
}

extension AAssociateRJ: CustomStringConvertible {
    /// The three numbers, and what they mean where that is known.
    package var description: String {
        let numbers = "\(result.rawValue)/\(source.rawValue)/\(reason)"
        let meaning: String? =
            switch self {
            case .noReasonGiven: "no reason given"
            case .applicationContextNameNotSupported: "application context name not supported"
            case .callingAETitleNotRecognized: "calling AE title not recognized"
            case .calledAETitleNotRecognized: "called AE title not recognized"
            case .userIdentityNotAccepted: "user identity not accepted"
            case .protocolVersionNotSupported: "protocol version not supported"
            case .temporaryCongestion: "temporary congestion"
            case .localLimitExceeded: "local limit exceeded"
            default: nil
            }
        return meaning.map { "\(numbers) \($0)" } ?? numbers
    }
}
