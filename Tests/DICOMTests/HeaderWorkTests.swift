// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

/// Limits on the cost of reading a header, in relation to the number of received bytes.
@Suite("Work of reading a header")
struct HeaderWorkTests {
    private static let deflated = TransferSyntax.deflatedExplicitVRLittleEndian

    /// Private elements without a value, 8 bytes each.
    private static func emptyElements(_ count: Int) -> [UInt8] {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Tag(0x0009, 0x1001), "LO", bytes: [])
        return [[UInt8]](repeating: set.bytes, count: count).flatMap { $0 }
    }

    /// A sequence of empty items that never ends.
    private static func emptyItems(_ count: Int) -> [UInt8] {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.header(Tag(0x0009, 0x1001), "SQ", length: nil)
        let header = set.bytes
        set = DataSetBuilder(.explicitVRLittleEndian)
        set.header(.item, "", length: 0)
        return header + [[UInt8]](repeating: set.bytes, count: count).flatMap { $0 }
    }

    private static func limits(elements: UInt64) -> DataSetLimits {
        var limits = DataSetLimits()
        limits.elementsAtFirst = elements
        return limits
    }

    @Test("A few bytes that inflate to an endless number of elements or items are refused", arguments: [false, true])
    func tooManyElements(areItems: Bool) throws {
        let bytes = areItems ? Self.emptyItems(20_000) : Self.emptyElements(20_000)
        var reader = try InstanceHeaderReader(transferSyntax: Self.deflated, limits: Self.limits(elements: 5000))
        let input = deflatedBytes(bytes)
        let maximum = 5000 + UInt64(input.count >> 10) * 128
        #expect(throws: DataSetError.tooManyElements(maximum: maximum)) { try reader.feed(input) }
    }

    @Test("Without deflation, no number of elements is too large, since their bytes were received")
    func undeflated() throws {
        var reader = try InstanceHeaderReader(
            transferSyntax: .explicitVRLittleEndian, limits: Self.limits(elements: 0))
        let bytes = Self.emptyElements(20_000)
        // An incomplete kibibyte does not count.
        #expect(try reader.feed(bytes[..<1024]) == .needsMoreBytes)
        #expect(try reader.feed(bytes[1024..<(128 << 10)]) == .needsMoreBytes)
    }

    @Test("Zeros before the UIDs are accepted up to a limit that grows with the received bytes", arguments: [1, 4])
    func inflatesTooFar(mebibytes: Int) throws {
        var limits = DataSetLimits()
        limits.bytesInflatedAtFirst = 2 << 20
        let zeros = [UInt8](repeating: 0, count: mebibytes << 20)
        let bytes = deflatedBytes(
            DataSetBuilder.instance(.explicitVRLittleEndian) { $0.element(Tag(0x0011, 0x1001), "OB", bytes: zeros) })
        var reader = try InstanceHeaderReader(transferSyntax: Self.deflated, limits: limits)
        if mebibytes == 1 {
            #expect(try reader.feed(bytes) == .complete)
        } else {
            let maximum = UInt64(2 << 20) + UInt64(bytes.count) * 64
            #expect(throws: DataSetError.inflatesTooFar(maximum: maximum)) { try reader.feed(bytes) }
            limits.bytesInflatedPerByte = 1024
            reader = try InstanceHeaderReader(transferSyntax: Self.deflated, limits: limits)
            #expect(try reader.feed(bytes) == .complete)
        }
    }

    @Test("The default limits allow a header of thirty thousand elements, and a blank element of three megabytes")
    func defaults() throws {
        let zeros = [UInt8](repeating: 0, count: 3 << 20)
        let bytes = DataSetBuilder.instance(.explicitVRLittleEndian) { set in
            for number in 0..<30_000 { set.element(Tag(0x0011, 0x1001), "LO", "\(number)") }
            set.element(Tag(0x0011, 0x1002), "OB", bytes: zeros)
        }
        var reader = try InstanceHeaderReader(transferSyntax: Self.deflated)
        #expect(try reader.feed(deflatedBytes(bytes)) == .complete)
        InstanceHeaderReaderTests.expectComplete(reader.header)
    }

    @Test(
        "Reading pauses after some work and continues at the same place", arguments: InstanceHeaderReaderTests.syntaxes,
        [1, 20, 1000])
    func pauses(_ syntax: TransferSyntax, work: UInt64) throws {
        let bytes = InstanceHeaderReaderTests.instance(syntax) { set in
            for _ in 0..<5000 { set.element(Tag(0x0011, 0x1001), "LO", "some value") }
        }
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        let pieces = try feed(bytes, to: &reader, work: work)
        #expect(reader.progress == .complete)
        #expect(pieces.count >= (syntax.isDeflated ? 3 : 5000 / Int(work)))
        InstanceHeaderReaderTests.expectComplete(reader.header)
    }

    @Test("Items count as work")
    func pausesAmongItems() throws {
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        let pieces = try feed(Self.emptyItems(100), to: &reader, work: 10)
        #expect(pieces.count == 10)
        #expect(pieces.allSatisfy { $0 <= 12 + 9 * 8 })
    }

    /// The number of bytes that each piece of the work used, except the last piece.
    private func feed(_ bytes: [UInt8], to reader: inout InstanceHeaderReader, work: UInt64) throws -> [Int] {
        try bytes.withUnsafeBytes { buffer in
            var input = buffer[...]
            var pieces: [Int] = []
            var before = input.count
            while try reader.feed(&input, work: work) == .paused {
                pieces.append(before - input.count)
                before = input.count
            }
            #expect(reader.bytesConsumed == UInt64(buffer.count - input.count))
            return pieces
        }
    }

    @Test("Only errors that honest senders never cause count as an attack")
    func isAttack() {
        #expect(DataSetError.tooManyElements(maximum: 1).isAttack)
        #expect(DataSetError.inflatesTooFar(maximum: 1).isAttack)
        #expect(!DataSetError.truncated(after: 1).isAttack)
    }

    private func deflatedBytes(_ bytes: [UInt8]) -> [UInt8] { DICOMTests.deflated(bytes) }
}
