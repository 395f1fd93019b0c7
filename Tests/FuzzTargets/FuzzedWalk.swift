// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A data set that is read to its end. The first byte selects the encoding, the second one how the data set is cut into
/// fragments, the rest is the data set.
///
/// The result must be the same in one piece and in many, with pauses and without.
enum FuzzedWalk {
    private static let syntaxes: [TransferSyntax] = [
        .implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian,
        .jpegBaseline,
    ]
    /// The maximum of missing bytes that are added: a megabyte, not four gigabytes.
    private static let greatestRest: UInt64 = 1 << 20

    /// The result of reading a data set.
    private enum Outcome: Equatable {
        case refused(DataSetError)
        case ended(DataSetWalk.Ending)

        /// Whether the result depends on how much of the data set had arrived.
        var dependsOnFragments: Bool {
            switch self {
            case .refused(let error), .ended(.unread(let error, _)): error.isAttack
            case .ended: false
            }
        }
    }

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 2 else { return }
        let syntax = syntaxes[Int(bytes[0]) % syntaxes.count]
        let dataSet = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(2))
        let whole = outcome(of: [dataSet], syntax, work: .max)
        let pieces = outcome(of: fragments(of: dataSet, seed: bytes[1]), syntax, work: 1 + UInt64(bytes[1] % 8))
        precondition(
            whole == pieces || whole.dependsOnFragments || pieces.dependsOnFragments,
            "the data set gives another result in fragments: \(whole), \(pieces)")
        if !syntax.isDeflated { check(whole, of: dataSet, syntax) }
    }

    private static func check(_ outcome: Outcome, of dataSet: UnsafeRawBufferPointer, _ syntax: TransferSyntax) {
        switch outcome {
        case .refused, .ended(.whole): break
        case .ended(.unread(_, let place)):
            precondition(place.offset <= dataSet.count, "the walk went on behind the end of the data set")
        case .ended(.cut(let cut)):
            precondition(
                cut.element.offset < dataSet.count, "the element that is cut begins behind the end of the data set")
            guard let missing = cut.missingBytes, missing <= greatestRest else { return }
            precondition(missing > 0, "the data set is cut, but no byte is missing")
            let rest = [UInt8](repeating: 0, count: Int(missing))
            let mended = rest.withUnsafeBytes { self.outcome(of: [dataSet, $0], syntax, work: .max) }
            // The element is complete now. An element that encloses it may still be cut.
            guard case .ended(.cut(let other)) = mended else { return }
            precondition(other.missingBytes == nil, "the missing bytes do not complete the element")
        }
    }

    /// Fragments of a few bytes each, some of them empty.
    private static func fragments(of dataSet: UnsafeRawBufferPointer, seed: UInt8) -> [UnsafeRawBufferPointer] {
        var rest = dataSet[...]
        var state = UInt32(seed) + 1
        var fragments: [UnsafeRawBufferPointer] = []
        while !rest.isEmpty {
            state = state &* 1_664_525 &+ 1_013_904_223
            let count = Int(state >> 24) % (2 + Int(seed % 32))
            fragments.append(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return fragments
    }

    private static func outcome(
        of fragments: [UnsafeRawBufferPointer], _ syntax: TransferSyntax, work: UInt64
    ) -> Outcome {
        do throws(DataSetError) {
            var reader = try InstanceHeaderReader(transferSyntax: syntax)
            var walk: DataSetWalk?
            for fragment in fragments {
                var input = fragment[...]
                if walk == nil {
                    while try reader.feed(&input, work: work) == .paused {}
                    guard reader.progress == .complete else { continue }
                    walk = DataSetWalk(after: reader)
                }
                while walk?.feed(&input, work: work) == true {}
            }
            if let walk { return .ended(walk.finish()) }
            try reader.finish()
            return .ended(DataSetWalk(after: reader).finish())
        } catch {
            return .refused(error)
        }
    }
}
