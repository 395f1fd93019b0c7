// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import Testing

@Suite("Reading requests for storage commitment")
struct CommitmentRequestReaderTests {
    typealias Content = CommitmentRequestReader.Content

    static func read(
        _ bytes: [UInt8], explicit: Bool = true, every size: Int = .max, work: UInt64 = .max,
        limits: CommitmentRequestLimits = CommitmentRequestLimits()
    ) throws(CommitmentRequestProblem) -> Content {
        var reader = CommitmentRequestReader(
            transferSyntax: explicit ? .explicitVRLittleEndian : .implicitVRLittleEndian, limits: limits)
        for start in stride(from: 0, to: bytes.count, by: max(1, min(size, bytes.count))) {
            let result = bytes[start...].prefix(size).withUnsafeBytes { buffer in
                Result { () throws(CommitmentRequestProblem) in
                    var input = buffer[...]
                    while try reader.feed(&input, work: work) == .paused {}
                }
            }
            try result.get()
        }
        return try reader.finish()
    }

    static let ct = "1.2.840.10008.5.1.4.1.1.2"
    static let references = (1...5).map { (sopClass: ct, instance: "2.25.\($0)") }

    @Test(
        "Both encodings, defined and undefined lengths, in any fragments", arguments: [true, false], [true, false])
    func shapes(explicit: Bool, isOpen: Bool) throws {
        let bytes = DataSetBytes.request(Self.references, explicit: explicit, isOpen: isOpen)
        for size in [1, 2, 7, 64, Int.max] {
            for work in [1, 3, UInt64.max] {
                let content = try Self.read(bytes, explicit: explicit, every: size, work: work)
                #expect(content.transactionUID.value == "2.25.7")
                #expect(content.references.map(\.sopInstanceUID.value) == Self.references.map(\.instance))
                #expect(content.references.allSatisfy { $0.sopClassUID.value == Self.ct })
            }
        }
    }

    @Test("A data set that is cut at any offset is refused", arguments: [true, false], [true, false])
    func truncated(explicit: Bool, isOpen: Bool) {
        let bytes = DataSetBytes.request(Self.references, explicit: explicit, isOpen: isOpen)
        for count in 0..<bytes.count {
            #expect(throws: CommitmentRequestProblem.self, "\(count)") {
                try Self.read(Array(bytes.prefix(count)), explicit: explicit)
            }
        }
    }

    @Test("A reference that occurs twice counts once, at its first place")
    func twice() throws {
        let bytes = DataSetBytes.request(
            [Self.references[1], Self.references[0], Self.references[1]], explicit: true)
        #expect(try Self.read(bytes).references.map(\.sopInstanceUID.value) == ["2.25.2", "2.25.1"])
    }

    @Test("One instance with two classes contradicts itself")
    func classes() {
        let bytes = DataSetBytes.request(
            [Self.references[0], (sopClass: "1.2.840.10008.5.1.4.1.1.4", instance: "2.25.1")], explicit: true)
        #expect(throws: CommitmentRequestProblem.classesContradict) { try Self.read(bytes) }
    }

    @Test("The limits: as many as allowed are taken, one more is not")
    func limits() throws {
        var limits = CommitmentRequestLimits(maximumReferences: 5)
        let bytes = DataSetBytes.request(Self.references, explicit: true)
        #expect(try Self.read(bytes, limits: limits).references.count == 5)
        limits.maximumReferences = 4
        #expect(throws: CommitmentRequestProblem.tooManyReferences(maximum: 4)) {
            try Self.read(bytes, limits: limits)
        }
        limits = CommitmentRequestLimits()
        limits.maximumBytes = bytes.count
        #expect(try Self.read(bytes, limits: limits).references.count == 5)
        limits.maximumBytes = bytes.count - 1
        #expect(throws: CommitmentRequestProblem.tooLong(maximum: bytes.count - 1)) {
            try Self.read(bytes, limits: limits)
        }
    }

    @Test("50,000 references are read, and what is held is known")
    func many() throws {
        // One item, of which only the last five digits differ.
        let template = DataSetBytes.request(
            [(sopClass: Self.ct, instance: "1.2.840.113619.2.55.3.604688.100000")], explicit: false)
        let item = template.suffix(8 + 8 + 26 + 8 + 36)
        var bytes = Array(template.dropLast(item.count + 4))
        bytes += DataSetBytes.little(50_000 * item.count, 4)
        for number in 0..<50_000 {
            bytes += item
            for (place, digit) in String(100_000 + number).utf8.reversed().enumerated() {
                bytes[bytes.count - 2 - place] = digit
            }
        }
        var reader = CommitmentRequestReader(transferSyntax: .implicitVRLittleEndian)
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(CommitmentRequestProblem) in
                var input = buffer[...]
                _ = try reader.feed(&input)
            }
        }
        try result.get()
        #expect(reader.bytesHeld >= 49_999 * 300)
        #expect(try reader.finish().references.count == 50_000)
    }

    @Test("Each problem has its status and a comment that fits")
    func answers() {
        let invalid: [CommitmentRequestProblem] = [
            .unreadable(.truncated(after: .max)), .elementMissing(.transactionUID),
            .elementRepeated(.referencedSOPSequence),
            .invalidUID(.referencedSOPInstanceUID, .emptyComponent(offset: 63)),
            .noReferences, .itemIncomplete(50_000, .referencedSOPInstanceUID), .classesContradict,
        ]
        let limited: [CommitmentRequestProblem] = [
            .tooManyReferences(maximum: 100_000), .tooLong(maximum: 51_200_000), .nestedTooDeep(maximum: 16),
            .memoryNeeded,
        ]
        #expect(invalid.allSatisfy { $0.answer.status.rawValue == 0x0115 })
        #expect(limited.allSatisfy { $0.answer.status.rawValue == 0x0213 })
        for problem in invalid + limited { #expect("\(problem)".utf8.count <= 64, "\(problem)") }
    }
}
