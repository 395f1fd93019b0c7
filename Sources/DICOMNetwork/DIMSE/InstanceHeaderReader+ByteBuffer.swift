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
}
