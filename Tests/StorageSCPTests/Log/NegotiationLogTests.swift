// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Foundation
import Logging
import TestLog
import Testing

@testable import StorageSCP

@Suite("Negotiation log")
struct NegotiationLogTests {
    private static var request: AAssociateRQ {
        var information = UserInformation(
            maximumLength: 16384, implementationClassUID: "2.25.2", implementationVersionName: "PEER_1")
        information.asynchronousOperationsWindow = AsynchronousOperationsWindow(
            maximumOperationsInvoked: 4, maximumOperationsPerformed: 1)
        information.roleSelections = [RoleSelection(sopClassUID: Wire.ct, isSCU: true, isSCP: false)]
        information.extendedNegotiations = [
            SOPClassExtendedNegotiation(sopClassUID: Wire.ct, serviceClassApplicationInformation: [2, 0, 3, 0, 0, 0])
        ]
        information.commonExtendedNegotiations = [
            SOPClassCommonExtendedNegotiation(
                sopClassUID: Wire.ct, serviceClassUID: "1.2.840.10008.4.2", relatedGeneralSOPClassUIDs: ["1.2.3"])
        ]
        information.userIdentity = UserIdentity(
            type: 2, isPositiveResponseRequested: true, primaryField: Array("NAME".utf8),
            secondaryField: Array("SECRET".utf8))
        return AAssociateRQ(
            calledAETitle: AETitle("STORESCP"), callingAETitle: AETitle("CT1"),
            presentationContexts: [
                ProposedPresentationContext(
                    id: 1, abstractSyntax: Wire.ct, transferSyntaxes: ["1.2.840.113619.5.2", Wire.explicit]),
                ProposedPresentationContext(
                    id: 3, abstractSyntax: "1.2.840.10008.5.1.4.1.2.2.1", transferSyntaxes: [Wire.implicit]),
            ], userInformation: information)
    }

    private static func negotiated(_ request: AAssociateRQ, level: Logger.Level) -> RecordedLog {
        let recorded = RecordedLog(format: .text, level: level)
        let log = NegotiationLog(logger: recorded.logger)
        let policy = AcceptancePolicy(implementationClassUID: "2.25.1", implementationVersionName: "TEST")
        log.received(request, from: nil, association: "a1")
        log.answered(request, with: policy.negotiate(request).answer, association: "a1")
        return recorded
    }

    @Test("Request, answer and each presentation context have a log line")
    func wholeNegotiation() {
        let lines = Self.negotiated(Self.request, level: .debug).lines.map { line in
            line.split(separator: " ", maxSplits: 1)[1].trimmingCharacters(in: .newlines)
        }
        #expect(
            lines == [
                """
                DEBUG A-ASSOCIATE-RQ received applicationContext=1.2.840.10008.3.1.1.1 association=a1 calledAE=STORESCP \
                callingAE=CT1 \
                commonExtendedNegotiations=["1.2.840.10008.5.1.4.1.1.2: 1.2.840.10008.4.2, related 1"] \
                extendedNegotiations=["1.2.840.10008.5.1.4.1.1.2: 6 bytes"] implementation=PEER_1 \
                implementationClassUID=2.25.2 maximumLength=16384 operations=invoked 4, performed 1 peer=unknown \
                presentationContexts=2 protocolVersion=1 roles=["1.2.840.10008.5.1.4.1.1.2: SCU true, SCP false"] \
                userIdentity=type 2, response requested
                """,
                """
                DEBUG presentation context proposed abstractSyntax=1.2.840.10008.5.1.4.1.1.2 association=a1 id=1 \
                transferSyntaxes=["1.2.840.113619.5.2", "1.2.840.10008.1.2.1"]
                """,
                """
                DEBUG presentation context proposed abstractSyntax=1.2.840.10008.5.1.4.1.2.2.1 association=a1 id=3 \
                transferSyntaxes=["1.2.840.10008.1.2"]
                """,
                """
                DEBUG A-ASSOCIATE-AC sent association=a1 \
                extendedNegotiations=["1.2.840.10008.5.1.4.1.1.2: 6 bytes"] implementation=TEST \
                implementationClassUID=2.25.1 maximumLength=131072 operations=invoked 4, performed 1 \
                roles=["1.2.840.10008.5.1.4.1.1.2: SCU true, SCP false"]
                """,
                """
                DEBUG presentation context answered abstractSyntax=1.2.840.10008.5.1.4.1.1.2 association=a1 id=1 \
                result=acceptance transferSyntax=1.2.840.10008.1.2.1
                """,
                """
                DEBUG presentation context answered abstractSyntax=1.2.840.10008.5.1.4.1.2.2.1 association=a1 id=3 \
                result=abstract syntax not supported
                """,
            ])
    }

    @Test("At level INFO nothing is logged")
    func info() {
        #expect(Self.negotiated(Self.request, level: .info).lines.isEmpty)
    }

    @Test("Text that is not a UID is logged as its length, lines are bounded, and no identity is logged")
    func hostile() {
        let bytes = "\"}\nERROR forged\u{1B}[2J" + String(repeating: "x", count: 5000)
        var request = Self.request
        request.applicationContextName = bytes
        request.presentationContexts = [
            ProposedPresentationContext(
                id: 1, abstractSyntax: bytes,
                transferSyntaxes: Array(repeating: "2." + String(repeating: "1", count: 62), count: 9000) + [bytes])
        ]
        request.userInformation.implementationClassUID = bytes
        request.userInformation.implementationVersionName = bytes
        request.userInformation.roleSelections = Array(
            repeating: RoleSelection(sopClassUID: bytes, isSCU: true, isSCP: true), count: 1000)
        request.userInformation.extendedNegotiations = Array(
            repeating: SOPClassExtendedNegotiation(
                sopClassUID: bytes, serviceClassApplicationInformation: Array(bytes.utf8)), count: 1000)
        let log = Self.negotiated(request, level: .debug)
        #expect(log.lines.count == 4)
        for line in log.lines {
            #expect(line.utf8.count < 10_000)
            for text in ["xx", "NAME", "SECRET", "\u{1B}"] { #expect(!line.contains(text)) }
        }
        #expect(log.lines.contains { $0.contains("and 8901 more") })
        #expect(log.lines.contains { $0.contains("not a UID, 5019 characters") })
    }
}
