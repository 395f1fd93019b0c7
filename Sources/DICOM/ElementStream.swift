// SPDX-License-Identifier: Apache-2.0

/// Reads the elements of a data set from its fragments, inflating them if necessary, with a limit on the work for each
/// fragment.
///
/// A copy shares the state of the inflation with its original: use only one of them afterwards.
struct ElementStream {
    /// The work of one inflation step, in the reader's unit.
    private static let workOfStep: UInt64 = 256

    /// The number of bytes of the data set, as sent, that were used so far.
    private(set) var bytesConsumed: UInt64 = 0
    var reader: ElementReader
    /// `nil` if only the number of received bytes limits it.
    var maximumBytesInflated: UInt64?

    private let limits: DataSetLimits
    private let inflater: Inflater?
    /// Output of the last inflation step that has not been read yet. The inflater's buffer holds it.
    private var inflated = UnsafeRawBufferPointer(start: nil, count: 0)[...]
    private var bytesInflated: UInt64 = 0
    /// Bytes received, as sent, including the current fragment.
    private var received: UInt64 = 0

    init(transferSyntax: TransferSyntax, limits: DataSetLimits) throws(DataSetError) {
        self.limits = limits
        reader = ElementReader(transferSyntax: transferSyntax, limits: limits)
        inflater = transferSyntax.isDeflated ? try Inflater() : nil
        maximumBytesInflated = limits.maximumBytesInflated
    }

    /// `nil` if the data set can end here.
    var cut: DataSetCut? {
        if let cut = reader.cut { return cut }
        return inflater?.isAtEnd ?? true ? nil : DataSetCut(element: reader.place, missingBytes: nil)
    }

    /// Call this for each fragment before `next`. `work` is the amount of work after which `next` pauses.
    mutating func begin(_ input: Slice<UnsafeRawBufferPointer>, work: UInt64) {
        received = bytesConsumed + UInt64(input.count)
        reader.maximumElements = limits.elements(in: received)
        let (pause, hasOverflowed) = reader.work.addingReportingOverflow(work)
        reader.pause = hasOverflowed ? .max : pause
    }

    /// Call this after a fragment, with its remaining bytes.
    mutating func end(_ input: Slice<UnsafeRawBufferPointer>) {
        bytesConsumed = received - UInt64(input.count)
    }

    mutating func next(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> ElementReader.Event {
        guard let inflater else { return try reader.next(&input) }
        while true {
            let event = try reader.next(&inflated)
            guard event == .needsMoreBytes else { return event }
            guard reader.work < reader.pause else { return .paused }
            inflated = try inflater.step(&input)
            // zlib can have more output in its buffer even if the input is used up. Bytes after the end of the stream
            // are padding to an even length.
            guard !inflated.isEmpty else {
                if inflater.isAtEnd { input = input.dropFirst(input.count) }
                if input.isEmpty { return .needsMoreBytes }
                continue
            }
            bytesInflated += UInt64(inflated.count)
            let maximum = limits.bytesInflated(of: received, atMost: maximumBytesInflated)
            guard bytesInflated <= maximum else { throw .inflatesTooFar(maximum: maximum) }
            reader.add(work: Self.workOfStep)
        }
    }
}
