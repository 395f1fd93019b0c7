// SPDX-License-Identifier: Apache-2.0

/// Reads a data set from its header to its end, to determine whether it is complete. Values are skipped and not kept.
package struct DataSetWalk {
    /// The result at the end of a data set.
    package enum Ending: Hashable, Sendable {
        case whole
        /// All elements before the end were well formed, but the last one is not complete.
        case cut(DataSetCut)
        /// It could not be read to its end with certainty, so it is not known whether it is complete.
        case unread(DataSetError, at: ElementPlace)
    }

    private var stream: ElementStream
    private var failure: DataSetError?

    /// Continues where the reader stopped. Do not feed the reader any more.
    package init(after reader: InstanceHeaderReader) {
        stream = reader.stream
        // These limits protect a receiver that keeps the header in memory; the walk keeps nothing.
        stream.reader.maximumBytesExamined = .max
        stream.maximumBytesInflated = nil
        stream.reader.announcesElements = false
    }

    /// Takes bytes from the front of the input. Returns true if it paused after about `work` units of work: then feed
    /// the rest of the input again, even if it is empty.
    package mutating func feed(_ input: inout Slice<UnsafeRawBufferPointer>, work: UInt64 = .max) -> Bool {
        guard failure == nil else { return false }
        stream.begin(input, work: work)
        defer { stream.end(input) }
        do throws(DataSetError) {
            while true {
                switch try stream.next(&input) {
                case .needsMoreBytes: return false
                case .paused: return true
                case .element, .value, .item: break
                }
            }
        } catch {
            failure = error
            return false
        }
    }

    /// Call this when the data set has ended.
    package func finish() -> Ending {
        if let failure { return .unread(failure, at: stream.reader.place) }
        guard let cut = stream.cut else { return .whole }
        guard stream.reader.isWellFormed else {
            return .unread(.truncated(after: stream.reader.bytesExamined), at: cut.element)
        }
        return .cut(cut)
    }
}
