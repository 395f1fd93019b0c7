// SPDX-License-Identifier: Apache-2.0

/// Reads the header of an instance from bytes as they arrive.
package protocol HeaderReader {
    /// Takes the next bytes. Bytes after completion are ignored.
    @discardableResult
    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> HeaderReaderProgress
}

extension HeaderReader {
    @discardableResult
    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(DataSetError) -> HeaderReaderProgress {
        // `withUnsafeBytes` does not support typed throws in its closure.
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
