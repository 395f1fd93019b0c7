// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// The event information of a report, in Implicit or Explicit VR Little Endian. PS3.4 Table J.3-2.
///
/// It is produced piece by piece: of 50,000 references, the whole has some 7 MB. Sequences and items have defined
/// lengths. A sequence without items is left out.
package struct CommitmentReportDataSet: ImmediateDataSet {
    /// What is written as a whole, in the order of the data set.
    private enum Part {
        case transactionUID
        case failedSequence
        case failure(Int)
        case referencedSequence
        case success(Int)
    }

    /// The offset of one part in 64 is kept, so that each piece begins near its first byte.
    private static let partsPerMark = 64
    private static let headerLength = 8
    private static let failureReasonLength = 2

    private let report: CommitmentReport
    private let isExplicitVR: Bool
    private let failedLength: Int
    private let referencedLength: Int
    /// The offsets of the parts 0, 64, 128…
    private let marks: [Int]
    package let length: Int64

    package init(_ report: CommitmentReport, transferSyntax: TransferSyntax) {
        self.report = report
        isExplicitVR = transferSyntax.isExplicitVR
        var failedLength = 0
        for failure in report.failures { failedLength += Self.headerLength + Self.length(of: failure) }
        self.failedLength = failedLength
        var referencedLength = 0
        for success in report.successes { referencedLength += Self.headerLength + Self.length(of: success) }
        self.referencedLength = referencedLength
        var marks: [Int] = []
        var offset = 0
        for number in 0..<Self.partCount(of: report) {
            if number.isMultiple(of: Self.partsPerMark) { marks.append(offset) }
            switch Self.part(number, of: report) {
            case .transactionUID: offset += Self.length(ofUID: report.transactionUID)
            case .failedSequence, .referencedSequence: offset += isExplicitVR ? 12 : Self.headerLength
            case .failure(let index): offset += Self.headerLength + Self.length(of: report.failures[index])
            case .success(let index): offset += Self.headerLength + Self.length(of: report.successes[index])
            }
        }
        self.marks = marks
        length = Int64(offset)
    }

    package func piece(at offset: Int64, count: Int) -> ByteBuffer {
        var mark = marks.count - 1
        while mark > 0, marks[mark] > Int(offset) { mark -= 1 }
        let skipped = Int(offset) - marks[mark]
        var buffer = ByteBuffer()
        buffer.reserveCapacity(skipped + count + 256)
        var number = mark * Self.partsPerMark
        while buffer.readableBytes < skipped + count, number < Self.partCount(of: report) {
            write(Self.part(number, of: report), to: &buffer)
            number += 1
        }
        return buffer.getSlice(at: skipped, length: min(count, buffer.readableBytes - skipped)) ?? ByteBuffer()
    }

    // MARK: Parts

    private static func partCount(of report: CommitmentReport) -> Int {
        1 + (report.failures.isEmpty ? 0 : 1 + report.failures.count)
            + (report.successes.isEmpty ? 0 : 1 + report.successes.count)
    }

    private static func part(_ number: Int, of report: CommitmentReport) -> Part {
        guard number > 0 else { return .transactionUID }
        var index = number - 1
        if !report.failures.isEmpty {
            guard index > 0 else { return .failedSequence }
            if index <= report.failures.count { return .failure(index - 1) }
            index -= 1 + report.failures.count
        }
        return index == 0 ? .referencedSequence : .success(index - 1)
    }

    /// Of an item without its header.
    private static func length(of reference: InstanceReference) -> Int {
        length(ofUID: reference.sopClassUID) + length(ofUID: reference.sopInstanceUID)
    }

    private static func length(of failure: CommitmentReport.Failure) -> Int {
        length(of: failure.reference) + headerLength + failureReasonLength
    }

    /// Of the element. Its header has 8 bytes in both encodings. PS3.5 §7.1.2.
    private static func length(ofUID uid: UID) -> Int {
        headerLength + (uid.value.utf8.count + 1) & ~1
    }

    // MARK: Bytes

    private func write(_ part: Part, to buffer: inout ByteBuffer) {
        switch part {
        case .transactionUID: write(.transactionUID, report.transactionUID, to: &buffer)
        case .failedSequence: writeSequence(.failedSOPSequence, length: failedLength, to: &buffer)
        case .referencedSequence: writeSequence(.referencedSOPSequence, length: referencedLength, to: &buffer)
        case .success(let index):
            let reference = report.successes[index]
            writeItem(length: Self.length(of: reference), to: &buffer)
            write(reference, to: &buffer)
        case .failure(let index):
            let failure = report.failures[index]
            writeItem(length: Self.length(of: failure), to: &buffer)
            write(failure.reference, to: &buffer)
            writeHeader(.failureReason, "US", length: Self.failureReasonLength, to: &buffer)
            buffer.writeInteger(failure.reason.rawValue, endianness: .little)
        }
    }

    private func write(_ reference: InstanceReference, to buffer: inout ByteBuffer) {
        write(.referencedSOPClassUID, reference.sopClassUID, to: &buffer)
        write(.referencedSOPInstanceUID, reference.sopInstanceUID, to: &buffer)
    }

    private func write(_ tag: Tag, _ uid: UID, to buffer: inout ByteBuffer) {
        writeHeader(tag, "UI", length: Self.length(ofUID: uid) - Self.headerLength, to: &buffer)
        buffer.writeString(uid.value)
        if !uid.value.utf8.count.isMultiple(of: 2) { buffer.writeInteger(UInt8(0)) }
    }

    private func writeHeader(_ tag: Tag, _ vr: String, length: Int, to buffer: inout ByteBuffer) {
        write(tag, to: &buffer)
        if isExplicitVR {
            buffer.writeString(vr)
            buffer.writeInteger(UInt16(length), endianness: .little)
        } else {
            buffer.writeInteger(UInt32(length), endianness: .little)
        }
    }

    private func writeSequence(_ tag: Tag, length: Int, to buffer: inout ByteBuffer) {
        write(tag, to: &buffer)
        if isExplicitVR {
            buffer.writeString("SQ")
            buffer.writeInteger(UInt16(0))
        }
        buffer.writeInteger(UInt32(length), endianness: .little)
    }

    private func writeItem(length: Int, to buffer: inout ByteBuffer) {
        write(.item, to: &buffer)
        buffer.writeInteger(UInt32(length), endianness: .little)
    }

    private func write(_ tag: Tag, to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(tag.group, tag.element, endianness: .little)
    }
}

extension CommitmentReport {
    /// The request that carries the report: the data set is `CommitmentReportDataSet`.
    package var request: NEventReportRequest {
        NEventReportRequest(
            affectedSOPClassUID: SOPClass.storageCommitmentPushModel,
            affectedSOPInstanceUID: SOPClass.storageCommitmentPushModelInstance, eventTypeID: eventType.rawValue)
    }
}
