// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A DICOM file, and what has to be known about it before it is sent.
package struct OutgoingFile: Hashable, Sendable {
    /// Bytes read at a time until the UIDs are known.
    private static let pieceLength = 16 << 10
    /// The preamble and `DICM`. PS3.10 §7.1.
    private static let leastLength = 132

    package let path: String
    package let stamp: FileStamp
    package let context: ContextKey
    package let sopInstanceUID: UID
    /// Where the data set begins, in bytes: group 0002 is never sent.
    package let dataSetOffset: Int64

    /// Bytes of the data set in the file.
    var storedLength: Int64 { stamp.size - dataSetOffset }
    /// Bytes of the data set that are sent. A deflated data set of an odd length gets a NULL byte, because receivers
    /// refuse fragments of an odd length. PS3.5 §A.5: the file should have it already.
    package var dataSetLength: Int64 {
        let isDeflated = TransferSyntax(uid: context.transferSyntaxUID.value)?.isDeflated ?? false
        return isDeflated ? storedLength + storedLength % 2 : storedLength
    }

    /// Reads the file up to its SOP Instance UID; blocks. The UIDs are those of the data set, which is what the peer
    /// receives.
    package init(reading path: String) throws(FileProblem) {
        let file = try OpenFile(path: path)
        var reader = Part10HeaderReader()
        guard file.stamp.size >= Self.leastLength else { throw .notDICOM }
        do {
            try Self.read(file, with: &reader)
        } catch let error as DataSetError {
            throw error == .prefixMissing ? .notDICOM : .damaged(error)
        } catch let error as FileProblem {
            throw error
        } catch {
            throw .unreadable(errno: 0)
        }
        guard !reader.isMediaDirectory else { throw .mediaDirectory }
        guard let offset = reader.dataSetOffset else { throw .damaged(.elementMissing(.transferSyntaxUID)) }
        self.path = path
        stamp = file.stamp
        dataSetOffset = Int64(offset)
        context = ContextKey(
            sopClassUID: try Self.uid(reader.header.sopClassUID, .sopClassUID),
            transferSyntaxUID: try Self.uid(reader.transferSyntaxUID, .transferSyntaxUID))
        sopInstanceUID = try Self.uid(reader.header.sopInstanceUID, .sopInstanceUID)
    }

    private static func read(_ file: OpenFile, with reader: inout Part10HeaderReader) throws {
        var offset: Int64 = 0
        try withUnsafeTemporaryAllocation(byteCount: pieceLength, alignment: 16) { buffer in
            while !isDone(reader) {
                let count = try file.read(at: offset, into: buffer)
                guard count > 0 else { return try reader.finish() }
                try reader.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
        }
    }

    private static func isDone(_ reader: Part10HeaderReader) -> Bool {
        reader.progress == .complete || reader.isMediaDirectory
            || (reader.header.sopClassUID != nil && reader.header.sopInstanceUID != nil)
    }

    private static func uid(_ value: UIDValue?, _ tag: Tag) throws(FileProblem) -> UID {
        guard let value else { throw .damaged(.elementMissing(tag)) }
        do {
            return try value.uid()
        } catch {
            throw .invalidUID(tag, error)
        }
    }
}
