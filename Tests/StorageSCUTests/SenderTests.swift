// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import DICOM
import DICOMNetwork
import Foundation
import Testing

@testable import StorageSCU

@Suite("Sending files")
struct SenderTests {
    static let quick = RetryPolicy(maximumFailures: 3, delay: .milliseconds(1))

    static func opener(_ port: Int) -> AssociationOpener {
        AssociationOpener(
            peer: Peer(
                host: "127.0.0.1", port: port, calledAETitle: AETitle("MEMORY"), callingAETitle: AETitle("TEST")))
    }

    static func collect(_ samples: SampleFiles, _ journal: SendJournal? = nil) async throws -> FileCollection {
        try await FileCollection(paths: [samples.path], journal: journal) { _ in }
    }

    /// Sends every file of the folder.
    static func send(_ samples: SampleFiles, to peer: MemoryPeer, associations: Int = 1) async throws -> Results {
        let results = Results()
        let files = try await collect(samples).files
        try await peer.serve { port in
            await Sender(opener: opener(port), associations: associations, retries: quick, observer: results)
                .send(files)
        }
        return results
    }

    @Test("The peer gets the bytes of the data set, whatever PDUs it takes", arguments: [0, 8, 4096, 131_072])
    func bytes(_ maximumLength: UInt32) async throws {
        let samples = try SampleFiles()
        let size = maximumLength == 8 ? 3_000 : 3_000_000
        try samples.writeInstance("1.2.3.1", as: "one.dcm", pixels: size)
        try samples.writeInstance("1.2.3.2", as: "two.dcm", pixels: 0)
        let peer = MemoryPeer(maximumLength: maximumLength)
        let results = try await Self.send(samples, to: peer)
        #expect(results.all.map(\.outcome) == [.stored(.success), .stored(.success)])
        let received = Dictionary(uniqueKeysWithValues: peer.instances.map { ($0.sopInstanceUID, $0.dataSet) })
        #expect(received["1.2.3.1"] == SampleFiles.dataSet("1.2.3.1", pixels: size))
        #expect(received["1.2.3.2"] == SampleFiles.dataSet("1.2.3.2", pixels: 0))
        #expect(results.bytes == received.values.reduce(0) { $0 + $1.count })
        #expect(peer.requests.count == 1)
    }

    @Test("A deflated data set is sent with an even length", arguments: [0, 1])
    func evenDeflate(padding: Int) async throws {
        let samples = try SampleFiles()
        try samples.writeDeflatedInstance("1.2.3.1", as: "one.dcm", padding: padding)
        let peer = MemoryPeer()
        let results = try await Self.send(samples, to: peer)
        #expect(results.all.map(\.outcome) == [.stored(.success)])
        let even = SampleFiles.deflated(SampleFiles.dataSet("1.2.3.1")) + [0]
        #expect(even.count.isMultiple(of: 2) && peer.instances.map(\.dataSet) == [even])
        #expect(results.bytes == even.count)
    }

    @Test("Several associations are open at once, and each file is sent once")
    func associations() async throws {
        let samples = try SampleFiles()
        for number in 1...60 { try samples.writeInstance("1.2.\(number)", as: "\(number).dcm", pixels: 200_000) }
        let peer = MemoryPeer()
        let results = try await Self.send(samples, to: peer, associations: 4)
        #expect(results.all.allSatisfy { $0.outcome == .stored(.success) })
        #expect(Set(peer.instances.map(\.sopInstanceUID)).count == 60)
        #expect(peer.instances.count == 60)
        #expect((2...4).contains(peer.mostAssociations))
    }

    @Test("More than 128 contexts are divided among associations")
    func manyContexts() async throws {
        let samples = try SampleFiles()
        for number in 1...300 {
            try samples.writeInstance("1.2.\(number)", as: "\(number).dcm", sopClass: "1.3.9.\(number)", pixels: 2)
        }
        let peer = MemoryPeer()
        let results = try await Self.send(samples, to: peer)
        #expect(results.all.count == 300)
        #expect(results.all.allSatisfy { $0.outcome == .stored(.success) })
        #expect(peer.requests.map(\.presentationContexts.count) == [128, 128, 44])
        #expect(peer.requests.allSatisfy { $0.presentationContexts.allSatisfy { $0.transferSyntaxes.count == 1 } })
    }

    @Test("Refused contexts, failures and warnings are results of their files")
    func outcomes() async throws {
        let samples = try SampleFiles()
        let refused = try samples.writeInstance("1.2.1", as: "1.dcm", sopClass: "1.3.9.9")
        let failed = try samples.writeInstance("1.2.2", as: "2.dcm")
        let warned = try samples.writeInstance("1.2.3", as: "3.dcm")
        let stored = try samples.writeInstance("1.2.4", as: "4.dcm")
        let statuses: [UInt16] = [0xA700, 0xB000, 0]
        let peer = MemoryPeer(
            supports: { $0 != "1.3.9.9" }, behaviour: { .answer(DIMSEStatus(rawValue: statuses[$0 - 1])) })
        let results = try await Self.send(samples, to: peer)
        #expect(
            results.outcomes == [
                refused: .contextRefused(.refused(.abstractSyntaxNotSupported)),
                failed: .refused(DIMSEStatus(rawValue: 0xA700)), warned: .stored(DIMSEStatus(rawValue: 0xB000)),
                stored: .stored(.success),
            ])
        #expect("\(FileOutcome.refused(DIMSEStatus(rawValue: 0xA700)))" == "refused: out of resources (A700H)")
    }

    @Test("After an association is lost, another one goes on with the same file")
    func retries() async throws {
        let samples = try SampleFiles()
        for number in 1...5 { try samples.writeInstance("1.2.\(number)", as: "\(number).dcm") }
        let peer = MemoryPeer(behaviour: { $0 == 2 ? .abort : .answer(.success) })
        let results = try await Self.send(samples, to: peer)
        #expect(results.all.allSatisfy { $0.outcome == .stored(.success) })
        #expect(results.all.count == 5)
        #expect(results.retries == ["aborted by the peer: source 0, reason 0"])
        #expect(peer.requests.count == 2)
    }

    @Test("A file that loses the association again and again is given up, the others are sent")
    func poisonousFile() async throws {
        let samples = try SampleFiles()
        for number in 1...3 { try samples.writeInstance("1.2.\(number)", as: "\(number).dcm") }
        let peer = MemoryPeer(behaviour: { $0 <= 3 ? .abort : .answer(.success) })
        let results = try await Self.send(samples, to: peer)
        let names = results.all.map { "\($0.path.suffix(5)) \($0.outcome.name)" }
        #expect(names == ["1.dcm notConfirmed", "2.dcm stored", "3.dcm stored"])
        #expect(peer.requests.count == 4)
    }

    @Test("After too many failures, the rest is not sent")
    func tooManyFailures() async throws {
        let samples = try SampleFiles()
        for number in 1...5 { try samples.writeInstance("1.2.\(number)", as: "\(number).dcm") }
        let peer = MemoryPeer(behaviour: { _ in .abort })
        let results = try await Self.send(samples, to: peer)
        #expect(results.all.map(\.outcome.name) == ["notConfirmed"] + Array(repeating: "notSent", count: 4))
        #expect(peer.requests.count == 4)
    }

    @Test("A transient rejection is tried again, a permanent one is not")
    func rejections() async throws {
        let samples = try SampleFiles()
        try samples.writeInstance("1.2.1", as: "1.dcm")
        let transient = MemoryPeer(rejecting: { $0 < 3 ? .localLimitExceeded : nil })
        #expect(try await Self.send(samples, to: transient).all.map(\.outcome) == [.stored(.success)])
        let permanent = MemoryPeer(rejecting: { _ in .callingAETitleNotRecognized })
        let results = try await Self.send(samples, to: permanent)
        #expect(permanent.requests.count == 1)
        #expect(
            results.all.map { "\($0.outcome)" } == [
                "not sent: rejected: 1/1/3 calling AE title not recognized. The receiver does not know our title: --calling"
            ])
    }

    @Test("Where nothing listens, it is said at once")
    func refusedConnection() async throws {
        let samples = try SampleFiles()
        try samples.writeInstance("1.2.1", as: "1.dcm")
        let files = try await Self.collect(samples).files
        let results = Results()
        let unused = try UnusedPort()
        await Sender(opener: Self.opener(unused.port), retries: Self.quick, observer: results).send(files)
        withExtendedLifetime(unused) {}
        #expect(
            results.all.map { "\($0.outcome)" } == [
                "not sent: not connected: connection refused: nothing listens there"
            ])
        #expect(results.retries.isEmpty)
    }

    @Test("A file that changed is not sent, and the association goes on")
    func changedFile() async throws {
        let samples = try SampleFiles()
        let changed = try samples.writeInstance("1.2.1", as: "1.dcm")
        let other = try samples.writeInstance("1.2.2", as: "2.dcm")
        let files = try await Self.collect(samples).files
        try samples.writeInstance("1.2.1", as: "1.dcm", pixels: 200)
        let peer = MemoryPeer()
        let results = Results()
        try await peer.serve { port in
            await Sender(opener: Self.opener(port), retries: Self.quick, observer: results).send(files)
        }
        #expect(results.outcomes == [changed: .unusable(.changed), other: .stored(.success)])
        #expect(peer.requests.count == 1)
    }

    @Test("C-ECHO")
    func echo() async throws {
        try await MemoryPeer().serve { port in
            let verification = ProposedPresentationContext(
                id: 1, abstractSyntax: SOPClass.verification,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid])
            let association = try await Self.opener(port).open(contexts: [verification])
            for _ in 0..<3 { #expect(try await association.echo(on: 1) == .success) }
            #expect(await association.release() == .released)
            await #expect(throws: RequestedAssociationEnd.released) { try await association.echo(on: 1) }
        }
    }

    @Test("The delay is doubled up to its maximum")
    func delays() {
        let policy = RetryPolicy()
        let delays = [1, 2, 3, 5, 6, 60].map { policy.delay(afterFailures: $0, random: 0.5) }
        #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(16), .seconds(30), .seconds(30)])
    }
}
