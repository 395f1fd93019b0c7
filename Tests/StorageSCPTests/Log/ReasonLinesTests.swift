// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import HTTP
import NIOCore
import TestLog
import Testing

@testable import StorageSCP

/// What the log says about refusals and rejections.
@Suite("Reasons in the log")
struct ReasonLinesTests {
    private let log = RecordedLog(level: .info)

    private func service(_ settings: [String: String] = [:]) throws -> StorageService {
        Samples.service(try Configuration(environment: settings), logger: log.logger)
    }

    private static func summary(of association: Association, end: AssociationEnd = .released) -> AssociationSummary {
        AssociationSummary(
            id: association.id, peer: association.peer, callingAETitle: association.callingAETitle,
            calledAETitle: association.calledAETitle, association: association, end: end, instancesStored: 0,
            instancesFailed: 0, failures: [:], bytes: 0, duration: .seconds(1))
    }

    private static func refusal(_ status: DIMSEStatus = .mistypedArgument) -> RequestRefusal {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.ctImageStorage)
        command.set(.affectedSOPInstanceUID, text: "DOE^JANE")
        return RequestRefusal(of: command, as: .cStoreRQ, status: status, reason: "why")
    }

    @Test("A refused command is a warning with its valid UIDs, and without text that is not a UID")
    func refusal() throws {
        let service = try service()
        let association = try Samples.association("a")
        #expect(service.admit(association) == nil)
        service.requestRefused(Self.refusal(), on: association)
        let line = try #require(log.lines.first)
        for part in [
            #""message":"instance refused""#, #""level":"WARN""#, #""association":"a""#, #""status":"0212H""#,
            #""reason":"why""#, #""sopClassUID":"\#(SOPClass.ctImageStorage)""#,
        ] {
            #expect(line.contains(part), "\(line)")
        }
        #expect(!line.contains("sopInstanceUID") && !line.contains("JANE"))
    }

    @Test("The log line of another operation does not call it an instance")
    func operation() throws {
        let service = try service()
        let association = try Samples.association("a")
        #expect(service.admit(association) == nil)
        service.requestRefused(
            RequestRefusal(
                of: CommandSet(), as: CommandField(rawValue: 0x0020), status: .unrecognizedOperation, reason: "why"),
            on: association)
        #expect(log.lines.first?.contains(#""message":"request refused""#) == true)
        #expect(log.lines.first?.contains(#""commandField":"0020H""#) == true)
    }

    @Test("The log lines for refusals of an association are limited, and its last line counts the rest")
    func flood() throws {
        let service = try service()
        let association = try Samples.association("a")
        #expect(service.admit(association) == nil)
        for _ in 0..<StorageService.maximumLines + 7 { service.requestRefused(Self.refusal(), on: association) }
        #expect(log.lines.count == StorageService.maximumLines)
        service.associationEnded(Self.summary(of: association))
        #expect(log.lines.last?.contains(#""linesNotWritten":"7""#) == true)
    }

    @Test("Refused requests for storage commitment have the same limit, and their lines name the transaction")
    func refusedCommitments() throws {
        let service = try service()
        let association = try Samples.association("a")
        #expect(service.admit(association) == nil)
        let request = CommitmentRequest(
            callingAETitle: "CT1", calledAETitle: "STORESCP", transactionUID: try UID("2.25.7"), references: [])
        let answer = CommitmentAnswer(.resourceLimitation, comment: "why")
        for _ in 0..<StorageService.maximumLines + 7 { service.refused(request, with: answer, on: association) }
        #expect(log.lines.count == StorageService.maximumLines)
        let line = try #require(log.lines.first)
        for part in [
            #""message":"commitment refused""#, #""level":"WARN""#, #""association":"a""#, #""status":"0213H""#,
            #""reason":"why""#, #""callingAE":"CT1""#, #""transactionUID":"2.25.7""#,
        ] {
            #expect(line.contains(part), "\(line)")
        }
        struct Refused: Error {}
        let other = try Samples.association("b")
        #expect(service.admit(other) == nil)
        service.refused(
            request, with: CommitmentAnswer(.processingFailure, comment: "why", error: Refused()), on: other)
        #expect(log.lines.last?.contains(#""level":"ERROR""#) == true)
        #expect(log.lines.last?.contains("Refused") == true)
    }

    @Test(
        "A rejection for a limit names the limit and its setting",
        arguments: [
            (["MAXIMUM_ASSOCIATIONS": "1"], "too many associations are open in total", "MAXIMUM_ASSOCIATIONS=1"),
            (
                ["MAXIMUM_ASSOCIATIONS_PER_PEER": "1"], "too many associations are open from this address",
                "MAXIMUM_ASSOCIATIONS_PER_PEER=1"
            ),
            (
                ["ACCESS_RULES": #"[{"callingAETitle": "CT1", "maximumAssociations": 1}]"#],
                "too many associations of this calling AE title are open", "ACCESS_RULES: maximumAssociations is 1"
            ),
        ])
    func limits(_ settings: [String: String], _ reason: String, _ hint: String) throws {
        let service = try service(settings)
        #expect(service.admit(try Samples.association("a", peer: "10.0.0.1")) == nil)
        let second = try Samples.association("b", peer: "10.0.0.1")
        let rejection = try #require(service.admit(second))
        #expect(rejection == AssociationRejection(.localLimitExceeded, reason: reason, hint: hint))
        service.associationEnded(Self.summary(of: second, end: .rejected(rejection)))
        let line = try #require(log.lines.last)
        #expect(line.contains(#""end":"rejected: 2/3/2 local limit exceeded: \#(reason)""#), "\(line)")
        #expect(line.contains(#""hint":"\#(hint)""#), "\(line)")
    }

    @Test(
        "The hint of an end that a setting caused names it, with its value",
        arguments: [
            (.timedOut(.artim), "ASSOCIATION_TIMEOUT=30"), (.timedOut(.network), "NETWORK_TIMEOUT=90"),
            (.timedOut(.dimse), "DIMSE_TIMEOUT=60"), (.timedOut(.message), "MESSAGE_TIMEOUT=3600"),
            (
                .abortedByUs(.invalidPDU(.lengthExceedsMaximum(type: .dataTF, length: 1 << 21, maximum: 1 << 20))),
                "MAXIMUM_RECEIVED_PDU_SIZE=1048576"
            ),
            (.abortedByUs(.invalidPDU(.lengthExceedsMaximum(type: .associateRQ, length: 5000, maximum: 4096))), nil),
            (.abortedByUs(.invalidPDU(.tooManyItems(maximum: 8192))), "MAXIMUM_ASSOCIATE_ITEMS=8192"),
            (.abortedByUs(.invalidPDU(.tooManyPresentationDataValues(maximum: 8192))), "MAXIMUM_PDVS=8192"),
            (
                .abortedByUs(.message(.commandSetLengthExceedsMaximum(length: 20000, maximum: 16384))),
                "MAXIMUM_COMMAND_SET_SIZE=16384"
            ),
            (.abortedByUs(.displaced(.connections)), "MAXIMUM_PENDING_CONNECTIONS=1000"),
            (.abortedByUs(.displaced(.requestBytes)), "MAXIMUM_PENDING_REQUEST_BYTES=16777216"),
            (.abortedByUs(.displaced(.associations)), "MAXIMUM_ASSOCIATIONS=300"),
            (.abortedByUs(.displaced(.silentAssociations)), "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER=100"),
            (.released, nil), (.connectionLost, nil),
        ] as [(AssociationEnd, String?)])
    func settings(_ end: AssociationEnd, _ hint: String?) throws {
        let advice = ConnectionAdvice(configuration: try Configuration(environment: [:]))
        #expect(advice.hint(about: end) == hint)
    }

    @Test("The hint names the setting for the longest A-ASSOCIATE-RQ")
    func longRequest() throws {
        let configuration = try Configuration(environment: ["MAXIMUM_ASSOCIATE_PDU_SIZE": "2048"])
        let error = PDUDecodingError.lengthExceedsMaximum(type: .associateRQ, length: 5000, maximum: 2048)
        #expect(
            ConnectionAdvice(configuration: configuration).hint(about: .abortedByUs(.invalidPDU(error)))
                == "MAXIMUM_ASSOCIATE_PDU_SIZE=2048")
    }

    @Test(
        "The log has the reason for which a user identity is rejected",
        arguments: [
            (nil, .missing),
            (UserIdentity(type: 3, isPositiveResponseRequested: false, primaryField: [1]), .otherType),
            (UserIdentity(type: 1, isPositiveResponseRequested: false, primaryField: Array("eve".utf8)), .unknownUser),
            (UserIdentity(type: 1, isPositiveResponseRequested: false, primaryField: Array("mr".utf8)), .wrongPasscode),
            (
                UserIdentity(
                    type: 2, isPositiveResponseRequested: false, primaryField: Array("mr".utf8),
                    secondaryField: Array("guess".utf8)), .wrongPasscode
            ),
        ] as [(UserIdentity?, UserIdentityVerifier.Doubt)])
    func identities(_ identity: UserIdentity?, _ doubt: UserIdentityVerifier.Doubt) async throws {
        let hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
        let settings = Settings([
            "USER_IDENTITY_TYPES": "1,2",
            "USER_IDENTITIES": #"{"ct": {}, "mr": {"passcodeSHA256": "\#(hash)"}}"#,
        ])
        let verifier = UserIdentityVerifier(
            configuration: try UserIdentityConfiguration(settings), client: HTTPClient())
        var request = AccessTests.request()
        request.userInformation.userIdentity = identity
        #expect(try await verifier.verify(request, peer: "10.0.0.1") == .rejected(doubt))
    }
}
