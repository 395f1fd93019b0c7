import DICOM
import NIOCore

extension InstanceHeaderReader {
    /// Takes the next fragment of the data set, as an `InstanceReceiver` is given it.
    @discardableResult
    package mutating func feed(_ fragment: ByteBuffer) throws(DataSetError) -> Progress {
        // The closure cannot throw a typed error through NIO's rethrowing function.
        let result = fragment.withUnsafeReadableBytes { bytes in
            Result { () throws(DataSetError) in try feed(bytes) }
        }
        return try result.get()
    }

    /// The same, off the fragment's front and as far as so much work goes.
    package mutating func feed(_ fragment: inout ByteBuffer, work: UInt64) throws(DataSetError) -> Progress {
        let (count, result) = fragment.withUnsafeReadableBytes { bytes in
            var input = bytes[...]
            let result = Result { () throws(DataSetError) in try feed(&input, work: work) }
            return (bytes.count - input.count, result)
        }
        fragment.moveReaderIndex(forwardBy: count)
        return try result.get()
    }
}
