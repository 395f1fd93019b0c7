// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

/// Requests that are refused because of their command: the peer and the application get the same reason.
@Suite("Refused requests")
struct RefusalTests {
    private static func command(
        field: CommandField = .cStoreRQ, sopClass: String? = SOPClass.ctImageStorage, instance: String? = "1.2.3.4",
        hasDataSet: Bool = true
    ) -> CommandSet {
        var command = CommandSet()
        if let sopClass { command.set(.affectedSOPClassUID, uid: sopClass) }
        command.set(.commandField, field.rawValue)
        command.set(.messageID, 7)
        command.set(.commandDataSetType, hasDataSet ? 0 : CommandSet.noDataSet)
        if let instance { command.set(.affectedSOPInstanceUID, uid: instance) }
        return command
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let command: CommandSet
        var context = Samples.storageContext
        let status: DIMSEStatus
        let reason: String
        /// `nil` if the comment is the reason.
        var comment: String?
        var instance: String? = "1.2.3.4"

        var testDescription: String { reason }
    }

    static let cases = [
        Case(
            command: command(sopClass: nil), status: .mistypedArgument,
            reason: "(0000,0002) Affected SOP Class UID is missing"),
        Case(
            command: command(sopClass: "1.2.3 CT"), status: .mistypedArgument,
            reason: "(0000,0002) Affected SOP Class UID is not a UID: no digit or dot at character 6",
            comment: "(0000,0002) is not a UID: no digit or dot at character 6"),
        Case(
            command: command(instance: nil), status: .mistypedArgument,
            reason: "(0000,1000) Affected SOP Instance UID is missing", instance: nil),
        Case(
            command: command(instance: "DOE^JANE"), status: .invalidSOPInstance,
            reason: "(0000,1000) Affected SOP Instance UID is not a UID: no digit or dot at character 1",
            comment: "(0000,1000) is not a UID: no digit or dot at character 1", instance: nil),
        Case(
            command: command(instance: String(repeating: "1", count: 66)), status: .invalidSOPInstance,
            reason: "(0000,1000) Affected SOP Instance UID is not a UID: 66 characters, at most 64",
            comment: "(0000,1000) is not a UID: 66 characters, at most 64", instance: nil),
        Case(command: command(hasDataSet: false), status: .cannotUnderstand, reason: "C-STORE-RQ without a data set"),
        Case(
            command: command(), context: Samples.verificationContext, status: .sopClassNotSupported,
            reason: "The presentation context is for Verification"),
        Case(
            command: command(field: CommandField(rawValue: 0x0020)), status: .unrecognizedOperation,
            reason: "Only C-STORE, C-ECHO and N-ACTION are provided"),
    ]

    @Test("The Error Comment and the application get the element and what is wrong with it", arguments: cases)
    func reasons(_ refused: Case) throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(refused.command, context: refused.context)))
        // The application is told before the data set is read.
        let refusal = try #require(peer.service.refusals.first)
        #expect(refusal.status == refused.status)
        #expect(refusal.reason == refused.reason)
        #expect(refusal.affectedSOPInstanceUID?.value == refused.instance)
        #expect(refusal.commandField.rawValue == (try refused.command.uint16(.commandField)))
        if try refused.command.uint16(.commandDataSetType) != CommandSet.noDataSet {
            try peer.send(Samples.data(Samples.value([1, 2], context: refused.context)))
        }
        let response = try #require(try peer.responses().first)
        #expect(DIMSEStatus(rawValue: try response.uint16(.status)) == refused.status)
        #expect(response.text(.errorComment) == refused.comment ?? refused.reason)
        #expect(peer.service.refusals.count == 1)
    }

    @Test("The application is told of a second operation with a Message ID still in use")
    func duplicate() throws {
        let peer = try EmbeddedPeer()
        var request = Samples.request
        request.userInformation.asynchronousOperationsWindow = AsynchronousOperationsWindow(
            maximumOperationsInvoked: 2, maximumOperationsPerformed: 1)
        try peer.send(.associateRQ(request))
        _ = try peer.answers()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        for _ in 0..<2 { try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1]))) }
        #expect(peer.service.refusals.map(\.status) == [.duplicateInvocation])
        peer.service.receivers.first?.outcome?.succeed(OperationOutcome(status: .success))
    }

    @Test("The application is told once of a request that it refused itself")
    func byApplication() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.refusal = (.notAuthorized, "Not you")
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        let refusal = try #require(peer.service.refusals.first)
        #expect(refusal.status == .notAuthorized && refusal.reason == "Not you")
        #expect(refusal.affectedSOPInstanceUID?.value == "1.2.3.4")
        #expect(refusal.affectedSOPClassUID?.value == SOPClass.ctImageStorage)
        #expect(peer.service.refusals.count == 1)
    }
}
