// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("Walk over a data set")
struct DataSetWalkTests {
    /// Reads the data set from its header to its end, in pieces of the given size.
    static func ending(
        of bytes: [UInt8], _ syntax: TransferSyntax, chunk: Int = .max, limits: DataSetLimits = DataSetLimits()
    ) throws -> DataSetWalk.Ending {
        var reader = try InstanceHeaderReader(transferSyntax: syntax, limits: limits)
        var walk: DataSetWalk?
        var offset = 0
        while offset < bytes.count {
            let end = min(offset.addingReportingOverflow(chunk).partialValue, bytes.count)
            try bytes[offset..<(end > offset ? end : bytes.count)].withUnsafeBytes { buffer in
                var input = buffer[...]
                if walk == nil, try reader.feed(&input, work: .max) == .complete { walk = DataSetWalk(after: reader) }
                _ = walk?.feed(&input)
            }
            offset = end > offset ? end : bytes.count
        }
        if walk == nil { try reader.finish() }
        return (walk ?? DataSetWalk(after: reader)).finish()
    }

    /// UIDs, followed by the given elements.
    static func dataSet(_ syntax: TransferSyntax, _ rest: (inout DataSetBuilder) -> Void) -> [UInt8] {
        var set = DataSetBuilder(syntax)
        uids(&set)
        rest(&set)
        return set.bytes
    }

    static func uids(_ set: inout DataSetBuilder) {
        set.element(.sopClassUID, "UI", SOPClass.ctImageStorage, padding: 0)
        set.element(.sopInstanceUID, "UI", "1.2.3.4.5", padding: 0)
        set.element(.studyInstanceUID, "UI", "1.2.3", padding: 0)
        set.element(.seriesInstanceUID, "UI", "1.2.3.4", padding: 0)
    }

    static func pixels(_ set: inout DataSetBuilder) {
        set.element(.pixelData, "OW", bytes: [UInt8](repeating: 7, count: 100))
    }

    static let syntaxes: [TransferSyntax] = [.implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian]

    /// A sequence of undefined length, one of defined length, and pixel data. `boundary` is called where a data set can
    /// end.
    static func elements(_ set: inout DataSetBuilder, boundary: (Int) -> Void = { _ in }) {
        uids(&set)
        boundary(set.bytes.count)
        set.header(Tag(0x0028, 0x3010), "SQ", length: nil)
        set.header(.item, "", length: nil)
        set.element(Tag(0x0028, 0x3002), "US", bytes: [1, 0, 0, 0, 16, 0])
        set.delimiter(.itemDelimitationItem)
        set.header(.item, "", length: 4)
        set.append(raw: [1, 2, 3, 4])
        set.delimiter(.sequenceDelimitationItem)
        boundary(set.bytes.count)
        set.element(Tag(0x0029, 0x0010), "LO", "PRIVATE")
        boundary(set.bytes.count)
        set.element(Tag(0x0029, 0x1010), "OB", bytes: [1, 2, 3])
        boundary(set.bytes.count)
        pixels(&set)
        boundary(set.bytes.count)
    }

    @Test("A complete data set is whole in pieces of any size", arguments: syntaxes, [1, 3, 8, 12, 50, 1 << 20])
    func whole(_ syntax: TransferSyntax, chunk: Int) throws {
        var set = DataSetBuilder(syntax)
        Self.elements(&set)
        #expect(try Self.ending(of: set.bytes, syntax, chunk: chunk) == .whole)
        // Padding after the last element.
        for padding in [1, 7, 8, 64] {
            let bytes = set.bytes + [UInt8](repeating: 0, count: padding)
            #expect(try Self.ending(of: bytes, syntax, chunk: chunk) == .whole)
        }
    }

    @Test("A data set that ends inside an element is cut, in pieces of any size", arguments: syntaxes)
    func cutAnywhere(_ syntax: TransferSyntax) throws {
        var boundaries: [Int] = []
        var set = DataSetBuilder(syntax)
        Self.elements(&set) { boundaries.append($0) }
        let bytes = set.bytes
        for end in boundaries[0]..<bytes.count {
            let before = boundaries.last { $0 <= end } ?? 0
            let ending = try Self.ending(of: Array(bytes[..<end]), syntax)
            // Seven bytes are too few for an element and count as padding.
            if end - before < 8 {
                #expect(ending == .whole, "\(end)")
            } else if case .cut(let cut) = ending {
                #expect(cut.element.offset >= before && cut.element.offset < end)
            } else {
                Issue.record("\(end): \(ending)")
            }
            #expect(try Self.ending(of: Array(bytes[..<end]), syntax, chunk: 5) == ending)
        }
    }

    @Test("A cut names the element, its offset and the number of missing bytes")
    func missing() throws {
        let bytes = Self.dataSet(.explicitVRLittleEndian, Self.pixels)
        let offset = UInt64(bytes.count - 112)
        let cut = DataSetCut(element: ElementPlace(tag: .pixelData, offset: offset), missingBytes: 60)
        #expect(try Self.ending(of: bytes.dropLast(60), .explicitVRLittleEndian) == .cut(cut))
        #expect("\(cut)" == "Cut in (7FE0,0010) at byte \(offset), 60 bytes missing")
    }

    @Test("Fragments that end early, or without their delimiter, are cut", arguments: [0, 1, 8, 9, 10, 28])
    func fragments(missing: Int) throws {
        let bytes = Self.dataSet(.jpegBaseline) { set in
            set.header(.pixelData, "OB", length: nil)
            set.header(.item, "", length: 0)
            set.header(.item, "", length: 12)
            set.append(raw: [UInt8](repeating: 1, count: 12))
            set.delimiter(.sequenceDelimitationItem)
        }
        let ending = try Self.ending(of: bytes.dropLast(missing), .jpegBaseline)
        guard missing > 0 else { return #expect(ending == .whole) }
        let offset = UInt64(bytes.count - 48)
        let ofFragment: UInt64? = (9...20).contains(missing) ? UInt64(missing - 8) : nil
        let place = ElementPlace(tag: .pixelData, offset: offset)
        #expect(ending == .cut(DataSetCut(element: place, missingBytes: ofFragment)))
    }

    @Test("A deflated stream is read to its end, and a shorter one is cut")
    func deflatedStream() throws {
        let noise = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let bytes = deflated(
            Self.dataSet(.explicitVRLittleEndian) { $0.element(.pixelData, "OW", bytes: noise) })
        let syntax = TransferSyntax.deflatedExplicitVRLittleEndian
        for chunk in [1, 100, 1 << 20] { #expect(try Self.ending(of: bytes, syntax, chunk: chunk) == .whole) }
        #expect(try Self.ending(of: bytes + [0], syntax) == .whole)
        for missing in [1, 2, 10, 500] {
            guard case .cut = try Self.ending(of: bytes.dropLast(missing), syntax) else {
                Issue.record("\(missing)")
                continue
            }
        }
    }

    @Test("Data before damage in a deflated stream is still read", arguments: [1, 100, Int.max])
    func damage(chunk: Int) throws {
        // A stored block that is not the last one, then a block of a type that does not exist. RFC 1951 §3.2.
        let bytes = Self.dataSet(.explicitVRLittleEndian, Self.pixels)
        let length = UInt16(bytes.count)
        let block = [0, UInt8(length & 0xFF), UInt8(length >> 8), ~UInt8(length & 0xFF), ~UInt8(length >> 8)] + bytes
        let ending = try Self.ending(of: block + [7], .deflatedExplicitVRLittleEndian, chunk: chunk)
        guard case .unread(.deflateStreamDamaged, _) = ending else {
            Issue.record("\(ending)")
            return
        }
    }

    @Test("Values after the header inflate up to the limit for the received bytes; beyond it the data set is unread")
    func bomb() throws {
        var limits = DataSetLimits()
        limits.bytesInflatedAtFirst = 1 << 20
        let bytes = deflated(
            Self.dataSet(.explicitVRLittleEndian) {
                $0.element(.pixelData, "OW", bytes: [UInt8](repeating: 0, count: 4 << 20))
            })
        let syntax = TransferSyntax.deflatedExplicitVRLittleEndian
        let ending = try Self.ending(of: bytes, syntax, limits: limits)
        let maximum = UInt64(1 << 20) + UInt64(bytes.count) * 64
        guard case .unread(.inflatesTooFar(maximum: maximum), _) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(try Self.ending(of: bytes, syntax) == .whole)
    }

    @Test("The limits for the header do not apply to the walk")
    func bounds() throws {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = 1000
        let bytes = Self.dataSet(.implicitVRLittleEndian) {
            $0.element(.pixelData, "OW", bytes: [UInt8](repeating: 1, count: 5000))
        }
        #expect(try Self.ending(of: bytes, .implicitVRLittleEndian, limits: limits) == .whole)
    }

    @Test("The walk pauses after some work and continues at the same place")
    func pauses() throws {
        let bytes = Self.dataSet(.explicitVRLittleEndian) { set in
            for number in 0..<1000 { set.element(Tag(0x0029, 0x1000 + UInt16(number)), "LO", "some value") }
        }
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        let pieces = try bytes.withUnsafeBytes { buffer in
            var input = buffer[...]
            try reader.feed(&input, work: .max)
            var walk = DataSetWalk(after: reader)
            var pieces = 1
            while walk.feed(&input, work: 100) { pieces += 1 }
            #expect(input.isEmpty)
            #expect(walk.finish() == .whole)
            return pieces
        }
        #expect(pieces == 11)
    }
}
