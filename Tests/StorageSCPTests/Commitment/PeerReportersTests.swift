// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import Commitment
import DICOM
import DICOMNetwork
import Eventually
import LoopbackHTTP
import NIOSSL
import Testing

@testable import StorageSCP

@Suite("Reports on associations that we open", .timeLimit(.minutes(1)))
struct PeerReportersTests {
    /// Peers CT1, CT2… at this port.
    static func reporters(
        port: Int, peers: Int = 1, settings: [String: String] = [:], peer: String = "", idle: Duration = .seconds(30),
        endGrace: Duration = PeerAssociation.endGrace, timeouts: RequestorTimeouts = PeerAssociation.timeouts
    ) throws -> PeerReporters {
        let entries = (1...peers).map { #"{"aeTitle": "CT\#($0)", "host": "127.0.0.1", "port": \#(port)\#(peer)}"# }
        let environment = ["COMMITMENT_PEERS": "[\(entries.joined(separator: ","))]"].merging(settings) { $1 }
        return PeerReporters(
            try Configuration(environment: environment).commitment, idle: idle, endGrace: endGrace, timeouts: timeouts)
    }

    static func reporter(
        _ reporters: PeerReporters, toPeer peer: String = "CT1", from own: String = "STORESCP"
    ) throws -> any CommitmentReporter {
        try #require(reporters.reporter(toPeer: peer, from: own))
    }

    static func report(_ transaction: Int = 1, failures: Int = 0) throws -> CommitmentReport {
        let reference = InstanceReference(
            sopClassUID: try UID(SOPClass.ctImageStorage), sopInstanceUID: try UID("2.25.5"))
        return CommitmentReport(
            transactionUID: try UID("2.25.\(transaction)"), successes: [reference],
            failures: (0..<failures).map { _ in .init(reference, .processingFailure) })
    }

    @Test(
        "The association has the titles swapped, the role of SCP and both encodings; the report is in the one accepted",
        arguments: [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian], [true, false])
    func sent(_ syntax: TransferSyntax, answersRole: Bool) async throws {
        let taker = ReportTaker(ReportTaker.Behaviour(answersRole: answersRole, transferSyntax: syntax))
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port)
            let report = try Self.report(failures: 1)
            #expect(try await Self.reporter(reporters).send(report) == .success)
            let request = try #require(taker.requests.first)
            #expect(request.calledAETitle.value == "CT1")
            #expect(request.callingAETitle.value == "STORESCP")
            #expect(
                request.userInformation.roleSelections
                    == [RoleSelection(sopClassUID: "1.2.840.10008.1.20.1", isSCU: false, isSCP: true)])
            #expect(
                Set(request.presentationContexts.flatMap(\.transferSyntaxes))
                    == ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
            #expect(taker.reports.map(\.eventTypeID) == [2])
            let dataSet = CommitmentReportDataSet(report, transferSyntax: syntax)
            #expect(
                taker.reports.first?.dataSet
                    == Array(dataSet.piece(at: 0, count: Int(dataSet.length)).readableBytesView))
            await reporters.end()
        }
    }

    @Test("A group of reports takes one association, one report after the other, and it is released afterwards")
    func group() async throws {
        let taker = ReportTaker()
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port, idle: .milliseconds(50))
            try await withThrowingTaskGroup(of: DIMSEStatus.self) { group in
                for number in 1...20 {
                    let report = try Self.report(number)
                    let reporter = try Self.reporter(reporters)
                    group.addTask { try await reporter.send(report) }
                }
                for try await status in group { #expect(status == .success) }
            }
            #expect(taker.reports.count == 20)
            #expect(Set(taker.reports.map(\.association)) == [1])
            await eventually("the association is released") { taker.releases == 1 && taker.open == 0 }
            // Another report opens another one.
            #expect(try await Self.reporter(reporters).send(try Self.report(21)) == .success)
            #expect(taker.requests.count == 2)
            await reporters.end()
            await eventually("the association is released") { taker.releases == 2 && taker.open == 0 }
        }
    }

    @Test("A peer that ended the association in the meantime gets the next report on another one")
    func ended() async throws {
        let taker = ReportTaker(ReportTaker.Behaviour(releases: true))
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port)
            for number in 1...3 {
                #expect(try await Self.reporter(reporters).send(try Self.report(number)) == .success)
            }
            #expect(taker.reports.count == 3)
            await reporters.end()
        }
    }

    @Test("Another title of ours calls on another association")
    func ownTitles() async throws {
        let taker = ReportTaker()
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port)
            for title in ["STORESCP", "ARCHIVE"] {
                #expect(try await Self.reporter(reporters, from: title).send(try Self.report()) == .success)
            }
            #expect(taker.requests.map(\.callingAETitle.value) == ["STORESCP", "ARCHIVE"])
            #expect(taker.mostOpen == 1)
            await reporters.end()
        }
    }

    @Test("The status of the peer is returned, whatever it is")
    func status() async throws {
        let taker = ReportTaker(ReportTaker.Behaviour(status: { $0 == 1 ? 0x0110 : 0 }))
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port)
            #expect(try await Self.reporter(reporters).send(try Self.report()) == .processingFailure)
            #expect(try await Self.reporter(reporters).send(try Self.report()) == .success)
            await reporters.end()
        }
    }

    @Test("An abort, a rejection and a refused context are errors; later reports are tried again")
    func failures() async throws {
        let aborting = ReportTaker(ReportTaker.Behaviour(status: { $0 == 1 ? nil : 0 }))
        try await aborting.serve { port in
            let reporters = try Self.reporters(port: port)
            await #expect(throws: RequestedAssociationEnd.self) {
                try await Self.reporter(reporters).send(try Self.report())
            }
            #expect(try await Self.reporter(reporters).send(try Self.report()) == .success)
            await reporters.end()
        }
        let rejecting = ReportTaker(ReportTaker.Behaviour(acceptance: .rejected))
        try await rejecting.serve { port in
            let reporters = try Self.reporters(port: port)
            await #expect(throws: RequestedAssociationEnd.rejected(.calledAETitleNotRecognized)) {
                try await Self.reporter(reporters).send(try Self.report())
            }
        }
        let refusing = ReportTaker(ReportTaker.Behaviour(acceptance: .contextRefused))
        try await refusing.serve { port in
            let reporters = try Self.reporters(port: port)
            await #expect(
                throws: PeerReportFailure.contextRefused(.refused(.abstractSyntaxNotSupported))
            ) { try await Self.reporter(reporters).send(try Self.report()) }
            await eventually("the association is released") { refusing.open == 0 }
        }
    }

    @Test("A failure gives back its place: more failures than places do not exhaust them")
    func places() async throws {
        let reserved = try ReservedPort()
        defer { withExtendedLifetime(reserved) {} }
        let reporters = try Self.reporters(port: reserved.port)
        for _ in 0...PeerReporters.maximumAssociations {
            await #expect(throws: ConnectionFailure.self) {
                try await Self.reporter(reporters).send(try Self.report())
            }
        }
    }

    @Test("No more associations are open at the same time than the bound, and no report is lost")
    func bound() async throws {
        let taker = ReportTaker()
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port, peers: 20, idle: .milliseconds(5))
            try await withThrowingTaskGroup(of: DIMSEStatus.self) { group in
                for number in 1...20 {
                    let reporter = try Self.reporter(reporters, toPeer: "CT\(number)")
                    let report = try Self.report(number)
                    group.addTask { try await reporter.send(report) }
                }
                for try await status in group { #expect(status == .success) }
            }
            #expect(taker.reports.count == 20)
            #expect(taker.mostOpen <= PeerReporters.maximumAssociations)
            await reporters.end()
        }
    }

    @Test("A peer without an address has no reporter; after the end nothing is sent")
    func without() async throws {
        let taker = ReportTaker()
        try await taker.serve { port in
            let reporters = try Self.reporters(port: port)
            #expect(reporters.reporter(toPeer: "MR1", from: "STORESCP") == nil)
            await reporters.end()
            await #expect(throws: (any Error).self) { try await Self.reporter(reporters).send(try Self.report()) }
            #expect(taker.requests.isEmpty)
        }
    }

    @Test(
        "At the end, a peer that does not answer is not waited for", .timeLimit(.minutes(10)),
        arguments: ReportTaker.Behaviour.Silence.allCases)
    func endsInTime(_ silence: ReportTaker.Behaviour.Silence) async throws {
        let taker = ReportTaker(ReportTaker.Behaviour(silence: silence))
        try await taker.serve { port in
            var timeouts = RequestorTimeouts()
            (timeouts.association, timeouts.response, timeouts.release) = (.hours(9), .hours(9), .hours(9))
            let reporters = try Self.reporters(port: port, endGrace: .milliseconds(200), timeouts: timeouts)
            let (reporter, report) = (try Self.reporter(reporters), try Self.report())
            let sending = Task { try await reporter.send(report) }
            if silence == .release { _ = try await sending.value }
            await eventually("the peer has our request") { taker.requests.count == 1 }
            if silence == .report { await eventually("the peer has our report") { taker.reports.count == 1 } }
            await reporters.end()
            if silence != .release { await #expect(throws: (any Error).self) { try await sending.value } }
            await eventually("the association has ended") { taker.open == 0 }
        }
    }

    @Test("Over TLS, each side shows its certificate, and verifies that of the other")
    func tls() async throws {
        let (ours, theirs) = (try TestCertificate(), try TestCertificate(commonName: "ct1.test"))
        var server = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(theirs.certificate.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(theirs.privateKey.utf8), format: .pem)))
        server.certificateVerification = .noHostnameVerification
        server.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(ours.certificate.utf8)))
        let taker = ReportTaker(tls: try NIOSSLContext(configuration: server))
        let settings = [
            "COMMITMENT_TLS_CERTIFICATE": ours.certificate, "COMMITMENT_TLS_PRIVATE_KEY": ours.privateKey,
            "COMMITMENT_TLS_CA_CERTIFICATES": theirs.certificate,
        ]
        try await taker.serve { port in
            let reporters = try Self.reporters(
                port: port, settings: settings, peer: #", "tls": true, "serverName": "ct1.test""#)
            #expect(try await Self.reporter(reporters).send(try Self.report()) == .success)
            await reporters.end()

            // Another name, another authority, and no certificate of ours.
            let otherName = try Self.reporters(
                port: port, settings: settings, peer: #", "tls": true, "serverName": "ct2.test""#)
            await #expect(throws: (any Error).self) { try await Self.reporter(otherName).send(try Self.report()) }
            let otherAuthority = try Self.reporters(
                port: port, settings: settings.merging(["COMMITMENT_TLS_CA_CERTIFICATES": ours.certificate]) { $1 },
                peer: #", "tls": true, "serverName": "ct1.test""#)
            await #expect(throws: (any Error).self) { try await Self.reporter(otherAuthority).send(try Self.report()) }
            let unknown = try Self.reporters(
                port: port, settings: ["COMMITMENT_TLS_CA_CERTIFICATES": theirs.certificate],
                peer: #", "tls": true, "serverName": "ct1.test""#)
            await #expect(throws: (any Error).self) { try await Self.reporter(unknown).send(try Self.report()) }
            #expect(taker.reports.count == 1)
        }
    }
}
