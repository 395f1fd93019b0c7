/// Follows a data set from its header to its end, to see whether it is whole. Values are passed over and nothing is held.
package struct DataSetWalk {
    /// How a data set ended.
    package enum Ending: Hashable, Sendable {
        case whole
        /// Every element before the end was well formed, and the last one is not whole.
        case cut(DataSetCut)
        /// It could not be followed to its end, or not without doubt: nothing is known of whether it is whole.
        case unread(DataSetError, at: ElementPlace)
    }

    private var stream: ElementStream
    private var failure: DataSetError?

    /// From where the reader stopped, which is not to be fed any more.
    package init(after reader: InstanceHeaderReader) {
        stream = reader.stream
        // The bounds of a header are for those who hold it in memory.
        stream.reader.maximumBytesExamined = .max
        stream.maximumBytesInflated = nil
        stream.reader.announcesElements = false
    }

    /// Takes the next bytes off the input's front, and leaves off when about so much work was done: true then, and what is
    /// left is to be fed again, also when no byte is.
    package mutating func feed(_ input: inout Slice<UnsafeRawBufferPointer>, work: UInt64 = .max) -> Bool {
        guard failure == nil else { return false }
        stream.begin(input, work: work)
        defer { stream.end(input) }
        do throws(DataSetError) {
            while true {
                switch try stream.next(&input) {
                case .needsMoreBytes: return false
                case .paused: return true
                case .element, .value: break
                }
            }
        } catch {
            failure = error
            return false
        }
    }

    /// Says that the data set has ended.
    package func finish() -> Ending {
        if let failure { return .unread(failure, at: stream.reader.place) }
        guard let cut = stream.cut else { return .whole }
        guard stream.reader.isWellFormed else {
            return .unread(.truncated(after: stream.reader.bytesExamined), at: cut.element)
        }
        return .cut(cut)
    }
}
