/// Reads the header of an instance out of bytes as they arrive.
package protocol HeaderReader {
    /// Takes the next bytes. Once complete, further bytes are left alone.
    @discardableResult
    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> HeaderReaderProgress
}

extension HeaderReader {
    @discardableResult
    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(DataSetError) -> HeaderReaderProgress {
        // The closure cannot throw a typed error through the library's rethrowing function.
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(DataSetError) in try feed(buffer) }
        }
        return try result.get()
    }

    @discardableResult
    package mutating func feed(_ bytes: [UInt8]) throws(DataSetError) -> HeaderReaderProgress {
        try feed(bytes[...])
    }
}
