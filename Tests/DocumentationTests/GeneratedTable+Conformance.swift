// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOSSL

@testable import DICOMNetwork
@testable import StorageSCP

/// The tables of the DICOM conformance statement. `Tests/System/test_conformance.py` compares them with a running
/// receiver.
extension GeneratedTable {
    static let conformance =
        [acceptedSOPClasses, refusedSOPClasses, acceptedTransferSyntaxes, refusedTransferSyntaxes]
        + [associationParameters, userInformation, rejections, statuses, userIdentities, cipherSuites]
        + commitment

    private init(conformance name: String, _ heading: [String], _ rows: [[String]]) {
        self.init(of: .conformance, name: name, heading, rows)
    }

    // MARK: SOP classes and transfer syntaxes

    private static let acceptedSOPClasses = GeneratedTable(
        conformance: "SOP classes that are accepted", ["SOP class", "UID", "SCU", "SCP"],
        StandardRegistry.sopClasses.filter { AcceptancePolicy.isStorageOrVerification($0.uid) }
            .map { [$0.name, $0.uid, $0.uid == SOPClass.verification ? "N" : "Y", "Y"] })

    private static let refusedSOPClasses = GeneratedTable(
        conformance: "SOP classes that are refused", ["SOP class", "UID", "why"],
        StandardRegistry.sopClasses.filter { !AcceptancePolicy.isStorageOrVerification($0.uid) }.map { entry in
            let isStorage = (try? UID(entry.uid)).map(SOPClass.isStorage) == true
            return [
                entry.name, entry.uid, isStorage ? "its instances belong to no study" : "it is not sent by C-STORE",
            ]
        })

    private static let acceptedTransferSyntaxes = GeneratedTable(
        conformance: "transfer syntaxes that are accepted", ["", "transfer syntax", "UID", "encoding of the data set"],
        TransferSyntax.known.enumerated().map { index, syntax in
            ["\(index + 1)", name(of: syntax.uid), syntax.uid, syntax.encoding]
        })

    private static let refusedTransferSyntaxes = GeneratedTable(
        conformance: "transfer syntaxes that are refused", ["transfer syntax", "UID"],
        StandardRegistry.transferSyntaxes.filter { TransferSyntax(uid: $0.uid) == nil }.map { [$0.name, $0.uid] })

    private static func name(of transferSyntax: String) -> String {
        StandardRegistry.transferSyntaxes.first { $0.uid == transferSyntax }?.name
            ?? "**has no name in StandardRegistry**"
    }

    // MARK: Association

    private static let associationParameters = GeneratedTable(
        conformance: "association parameters", ["parameter", "value", "can be set to", "by"],
        [
            ["Application Context Name", AAssociateRQ.dicomApplicationContextName, "", ""],
            ["Implementation Class UID", StorageService.implementationClassUID, "", ""],
            ["Implementation Version Name", StorageService.implementationVersionName, "", ""],
            parameter("AE title", ReceiverSettings.aeTitle.description),
            parameter("TCP port", ReceiverSettings.port.description),
            parameter("TCP port for TLS, with a certificate", ReceiverSettings.tlsPort.description),
            parameter("Maximum PDU length that is announced", ReceiverSettings.maximumPDUSize.description),
            parameter("Longest P-DATA-TF that is received", ReceiverSettings.maximumReceivedPDUSize.description),
            parameter("Concurrent associations, as acceptor", ReceiverSettings.maximumAssociations.description),
            ["Concurrent associations, as requestor", "\(PeerReporters.maximumAssociations)", "", ""],
            parameter(
                "Presentation contexts of an association", ReceiverSettings.maximumPresentationContexts.description),
            parameter("Operations that a peer may have outstanding", ReceiverSettings.maximumOperations.description),
            ["N-EVENT-REPORTs that a peer has to answer at a time", "1", "", ""],
            parameter("ARTIM, in seconds", ReceiverSettings.associationTimeout.description),
            parameter("Seconds between messages", ReceiverSettings.networkTimeout.description),
            parameter("Seconds between the PDUs of a message", ReceiverSettings.dimseTimeout.description),
            parameter("Seconds for a message", ReceiverSettings.messageTimeout.description),
        ])

    private static func parameter(_ name: String, _ setting: SettingDescription) -> [String] {
        [name, setting.defaultText ?? "", setting.values ?? "", "`\(setting.name)`"]
    }

    private static let userInformation = GeneratedTable(
        conformance: "user information", ["sub-item", "in a request", "in the answer"],
        [
            subItem(
                ItemType.maximumLength, "no PDU of a response is longer; 0 means no limit",
                "as in 7.1"),
            subItem(ItemType.implementationClassUID, "logged at level DEBUG", "as in 7.1"),
            subItem(
                ItemType.asynchronousOperationsWindow, "the smaller of both numbers applies",
                "that number, and 1 operation performed; nothing if the request has no window"),
            subItem(
                ItemType.roleSelection, "a class that is proposed without the SCU role is refused (result 1)",
                "the SCU role as proposed; the SCP role is never granted"),
            subItem(ItemType.implementationVersionName, "logged", "as in 7.1"),
            subItem(
                ItemType.extendedNegotiation, "read, without effect",
                "for an accepted storage class: `\(storageProvider)`"),
            subItem(ItemType.commonExtendedNegotiation, "read, without effect", ""),
            subItem(
                ItemType.userIdentity, "verified if `\(ReceiverSettings.userIdentityTypes.name)` is set, else ignored",
                ""),
            subItem(
                ItemType.userIdentityServerResponse, "",
                "if the identity was verified and the request asks for a response"),
        ])

    private static func subItem(_ type: UInt8, _ request: String, _ answer: String) -> [String] {
        [ItemType.description(of: type), request, answer]
    }

    private static let storageProvider = SOPClassExtendedNegotiation.storageProvider(of: "")
        .serviceClassApplicationInformation.map { "\($0)" }.joined(separator: " ")

    private static let rejections = GeneratedTable(
        conformance: "rejections", ["result, source, reason", "when"],
        [
            rejection(
                .noReasonGiven, "no presentation context is accepted", ReceiverSettings.rejectWithoutContext.name),
            rejection(.applicationContextNameNotSupported, "the application context is not DICOM's"),
            rejection(
                .callingAETitleNotRecognized, "the calling AE title, or its address, is not listed",
                ReceiverSettings.requireCallingAETitle.name, ReceiverSettings.accessRules.name),
            rejection(
                .calledAETitleNotRecognized, "the called AE title is neither ours nor one that a route names",
                ReceiverSettings.requireCalledAETitle.name),
            rejection(
                .userIdentityNotAccepted, "the user identity is missing or could not be verified",
                ReceiverSettings.userIdentityTypes.name),
            rejection(.protocolVersionNotSupported, "bit 0 of the protocol version is not set"),
            rejection(
                .temporaryCongestion, "the service that verifies user identities does not answer, or is too busy",
                ReceiverSettings.userIdentityURL.name),
            rejection(
                .localLimitExceeded, "too many associations, or the receiver is shutting down",
                ReceiverSettings.maximumAssociations.name, ReceiverSettings.maximumAssociationsPerPeer.name,
                ReceiverSettings.accessRules.name),
        ])

    private static func rejection(_ answer: AAssociateRJ, _ cause: String, _ settings: String...) -> [String] {
        let depends = settings.isEmpty ? "" : " (" + settings.map { "`\($0)`" }.joined(separator: ", ") + ")"
        return [answer.description, cause + depends]
    }

    // MARK: Messages and security

    private static let statuses = GeneratedTable(
        conformance: "C-STORE statuses", ["status", "Error Comment", "when", "what the sender should do"],
        StoreAnswer.all.map { [$0.status.description, $0.errorComment ?? "", $0.cause, $0.advice] })

    private static let userIdentities = GeneratedTable(
        conformance: "types of user identity", ["type", "verified by"],
        UserIdentity.Kind.allCases.map { kind in
            let (name, verifiers) =
                switch kind {
                case .username: ("username", [ReceiverSettings.userIdentities, ReceiverSettings.userIdentityURL])
                case .usernameAndPasscode:
                    ("username and passcode", [ReceiverSettings.userIdentities, ReceiverSettings.userIdentityURL])
                case .kerberosServiceTicket: ("Kerberos service ticket", [ReceiverSettings.userIdentityURL])
                case .samlAssertion: ("SAML assertion", [ReceiverSettings.userIdentityURL])
                case .jsonWebToken: ("JSON Web Token", [ReceiverSettings.userIdentityURL])
                }
            return ["\(kind.rawValue): \(name)", verifiers.map { "`\($0.name)`" }.joined(separator: " or ")]
        })

    private static let cipherSuites = GeneratedTable(
        conformance: "cipher suites of TLS 1.2", ["cipher suite", "number"],
        TLSCredentials.cipherSuites.map { [$0.name, $0.rawValue.standardHexadecimal] })
}

extension TransferSyntax {
    fileprivate var encoding: String {
        let vr = isExplicitVR ? "Explicit VR" : "Implicit VR"
        let order = byteOrder == .bigEndian ? "Big Endian" : "Little Endian"
        return "\(vr) \(order)" + (isDeflated ? ", deflated" : "") + (isEncapsulated ? ", encapsulated" : "")
    }
}

extension NIOTLSCipher {
    /// IANA's name.
    fileprivate var name: String {
        switch self {
        case .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        case .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        case .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        case .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
        case .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
        case .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
        default: "**has no name here**"
        }
    }
}
