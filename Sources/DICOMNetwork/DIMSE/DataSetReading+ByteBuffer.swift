// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

extension InstanceHeaderReader {
    /// Takes the next fragment of the data set, as an `DataSetReceiver` is given it.
    @discardableResult
    package mutating func feed(_ fragment: ByteBuffer) throws(DataSetError) -> Progress {
        // The closure cannot throw a typed error through NIO's rethrowing function.
        let result = fragment.withUnsafeReadableBytes { bytes in
            Result { () throws(DataSetError) in try feed(bytes) }
        }
        return try result.get()
    }

    /// The same, but takes the bytes it has read off the fragment's front, and stops when about `work` is done.
    package mutating func feed(_ fragment: inout ByteBuffer, work: UInt64) throws(DataSetError) -> Progress {
        try fragment.consuming { input in
            Result { () throws(DataSetError) in try feed(&input, work: work) }
        }.get()
    }
}

extension DataSetWalk {
    /// Takes the bytes it has read off the fragment's front, and stops when about `work` is done. True if it stopped there:
    /// the rest has to be fed again, even if it is empty.
    package mutating func feed(_ fragment: inout ByteBuffer, work: UInt64) -> Bool {
        fragment.consuming { input in feed(&input, work: work) }
    }
}

extension ByteBuffer {
    /// Moves the reader index past the bytes that the body takes off the front.
    package mutating func consuming<Value>(_ body: (inout Slice<UnsafeRawBufferPointer>) -> Value) -> Value {
        let (count, value) = withUnsafeReadableBytes { bytes in
            var input = bytes[...]
            let value = body(&input)
            return (bytes.count - input.count, value)
        }
        moveReaderIndex(forwardBy: count)
        return value
    }
}
