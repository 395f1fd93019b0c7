// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import NIOCore
import Testing

@Suite("Writing reports of storage commitment")
struct CommitmentReportDataSetTests {
    static func reference(_ number: Int) throws -> InstanceReference {
        InstanceReference(
            sopClassUID: try UID("1.2.840.10008.5.1.4.1.1.2"),
            sopInstanceUID: try UID("2.25." + String(repeating: "9", count: number % 40) + "\(number)"))
    }

    static func report(successes: Int, failures: Int) throws -> CommitmentReport {
        CommitmentReport(
            transactionUID: try UID("2.25.77"), successes: try (0..<successes).map(reference),
            failures: try (successes..<(successes + failures)).map {
                .init(try reference($0), $0.isMultiple(of: 2) ? .noSuchObjectInstance : .processingFailure)
            })
    }

    /// From PS3.4 Table J.3-2 and PS3.5 §7.5, not with our own encoder.
    static func expected(_ report: CommitmentReport, explicit: Bool) -> [UInt8] {
        func uids(_ reference: InstanceReference) -> [UInt8] {
            DataSetBytes.uid(.referencedSOPClassUID, reference.sopClassUID.value, explicit: explicit)
                + DataSetBytes.uid(.referencedSOPInstanceUID, reference.sopInstanceUID.value, explicit: explicit)
        }
        func sequence(_ tag: DICOM.Tag, _ items: [[UInt8]]) -> [UInt8] {
            guard !items.isEmpty else { return [] }
            return DataSetBytes.element(
                tag, "SQ", items.flatMap { DataSetBytes.element(.item, "", $0, explicit: explicit) },
                explicit: explicit)
        }
        return DataSetBytes.uid(.transactionUID, report.transactionUID.value, explicit: explicit)
            + sequence(
                .failedSOPSequence,
                report.failures.map {
                    uids($0.reference)
                        + DataSetBytes.element(
                            .failureReason, "US", DataSetBytes.little(Int($0.reason.rawValue), 2), explicit: explicit)
                })
            + sequence(.referencedSOPSequence, report.successes.map(uids))
    }

    @Test(
        "The data set is what the standard says, whole and in pieces of any size",
        arguments: [(1, 0), (0, 1), (3, 2), (64, 0), (63, 1), (200, 130)], [true, false])
    func bytes(_ counts: (successes: Int, failures: Int), explicit: Bool) throws {
        let report = try Self.report(successes: counts.successes, failures: counts.failures)
        let dataSet = CommitmentReportDataSet(
            report, transferSyntax: explicit ? .explicitVRLittleEndian : .implicitVRLittleEndian)
        let expected = Self.expected(report, explicit: explicit)
        #expect(dataSet.length == Int64(expected.count))
        // Each piece begins at a mark, so pieces of one byte are for short data sets only.
        for size in [expected.count < 1024 ? 1 : 1021, 4096, expected.count] {
            var bytes: [UInt8] = []
            while bytes.count < expected.count {
                let piece = dataSet.piece(at: Int64(bytes.count), count: min(size, expected.count - bytes.count))
                #expect(piece.readableBytes == min(size, expected.count - bytes.count))
                guard piece.readableBytes > 0 else { break }
                bytes += Array(piece.readableBytesView)
            }
            #expect(bytes == expected)
        }
    }

    @Test("The references of a report are read as those of a request are")
    func roundTrip() throws {
        let report = try Self.report(successes: 300, failures: 0)
        let dataSet = CommitmentReportDataSet(report, transferSyntax: .explicitVRLittleEndian)
        let bytes = Array(dataSet.piece(at: 0, count: Int(dataSet.length)).readableBytesView)
        let content = try CommitmentRequestReaderTests.read(bytes)
        #expect(content.references == report.successes)
        #expect(content.transactionUID == report.transactionUID)
    }

    @Test("A report of 50,000 references is made in pieces, each near the beginning of its bytes")
    func large() throws {
        let report = try Self.report(successes: 49_000, failures: 1_000)
        let dataSet = CommitmentReportDataSet(report, transferSyntax: .implicitVRLittleEndian)
        var count: Int64 = 0
        while count < dataSet.length {
            let piece = dataSet.piece(at: count, count: Int(min(16384, dataSet.length - count)))
            // What it takes in memory besides: at most 64 parts before it.
            #expect(piece.storageCapacity <= 64 << 10)
            count += Int64(piece.readableBytes)
        }
        #expect(count == dataSet.length)
    }

    @Test("The request names the event type, the class and the well-known instance")
    func request() throws {
        #expect(try Self.report(successes: 1, failures: 0).request.eventTypeID == 1)
        #expect(try Self.report(successes: 1, failures: 1).request.eventTypeID == 2)
        let command = try Self.report(successes: 1, failures: 0).request.commandSet()
        #expect(try command.uint16(.commandField) == 0x0100)
        #expect(try command.uid(.affectedSOPClassUID).value == "1.2.840.10008.1.20.1")
        #expect(try command.uid(.affectedSOPInstanceUID).value == "1.2.840.10008.1.20.1.1")
    }
}
