/// The elements of a data set as it is sent: deflated or not, a fragment at a time, and with a bound on the work that each
/// fragment may ask for.
///
/// A copy shares the state of the inflation with its original: go on with one of them only.
struct ElementStream {
    /// What a step of inflation takes, in the reader's measure.
    private static let workOfStep: UInt64 = 256

    /// Bytes of the data set, as sent, that were used so far.
    private(set) var bytesConsumed: UInt64 = 0
    var reader: ElementReader
    /// Nil where nothing bounds it but what was received.
    var maximumBytesInflated: UInt64?

    private let limits: DataSetLimits
    private let inflater: Inflater?
    /// What of the last step of inflation has not been read: bytes of the inflater.
    private var inflated = UnsafeRawBufferPointer(start: nil, count: 0)[...]
    private var bytesInflated: UInt64 = 0
    /// As sent, with what was fed last.
    private var received: UInt64 = 0

    init(transferSyntax: TransferSyntax, limits: DataSetLimits) throws(DataSetError) {
        self.limits = limits
        reader = ElementReader(transferSyntax: transferSyntax, limits: limits)
        inflater = transferSyntax.isDeflated ? try Inflater() : nil
        maximumBytesInflated = limits.maximumBytesInflated
    }

    /// Nil: the data set may end here.
    var cut: DataSetCut? {
        if let cut = reader.cut { return cut }
        return inflater?.isAtEnd ?? true ? nil : DataSetCut(element: reader.place, missingBytes: nil)
    }

    /// To be called before `next` for each fragment: `work` says after how much it leaves off.
    mutating func begin(_ input: Slice<UnsafeRawBufferPointer>, work: UInt64) {
        received = bytesConsumed + UInt64(input.count)
        reader.maximumElements = limits.elements(in: received)
        let (pause, hasOverflowed) = reader.work.addingReportingOverflow(work)
        reader.pause = hasOverflowed ? .max : pause
    }

    /// To be called when the fragment, of which so many bytes are left, is done with.
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
            // What zlib has ready is in its buffer: there may be more when the input is used up. What follows the end of the
            // stream is padding to an even length.
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
