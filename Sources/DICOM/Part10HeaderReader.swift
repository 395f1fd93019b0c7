// SPDX-License-Identifier: Apache-2.0

/// Reads the header of an instance from the bytes of a file as they arrive: first file meta information, then the data
/// set.
///
/// PS3.10 §7.1. A copy shares the state of the inflation with its original: use only one of them afterwards.
package struct Part10HeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    /// The number of bytes of an element that show its group and its VR.
    private static let lengthOfBeginning = 6

    /// The offset of the data set in bytes; `nil` until it is known.
    package var dataSetOffset: Int? { dataSet == nil ? nil : meta.length }

    /// The transfer syntax in which the data set is read; `nil` until it is known.
    package private(set) var transferSyntax: TransferSyntax?

    /// (0002,0010) as written, also if its encoding is not known; `nil` until it was read.
    package var transferSyntaxUID: UIDValue? { meta.transferSyntaxUID.flatMap { UIDValue($0) } }

    /// Whether the file is a DICOMDIR, the directory of a medium, which is not an instance. PS3.3 §F.3.
    package private(set) var isMediaDirectory = false

    private let limits: DataSetLimits
    private var meta: FileMetaReader
    /// The first bytes of the data set, until there are enough to determine its encoding.
    private var beginning: [UInt8] = []
    private var dataSet: InstanceHeaderReader?

    package init(limits: DataSetLimits = DataSetLimits()) {
        self.limits = limits
        meta = FileMetaReader(limits: limits)
    }

    package var header: InstanceHeader { dataSet?.header ?? InstanceHeader() }

    package var progress: Progress { dataSet?.progress ?? .needsMoreBytes }

    /// The number of bytes of the file that were used so far.
    package var bytesConsumed: UInt64 { UInt64(meta.length + beginning.count) + (dataSet?.bytesConsumed ?? 0) }

    /// Takes the next bytes of the file. Bytes after completion are ignored.
    @discardableResult
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> Progress {
        var input = bytes[...]
        if dataSet == nil {
            guard try readMeta(&input) else { return .needsMoreBytes }
            try beginDataSet()
        }
        return try dataSet?.feed(UnsafeRawBufferPointer(rebasing: input)) ?? .needsMoreBytes
    }

    /// Call this when the file has ended. Throws if it ended inside the meta information or inside an element.
    package mutating func finish() throws(DataSetError) {
        if dataSet == nil {
            guard meta.isAtElementBoundary else { throw .truncated(after: bytesConsumed) }
            try beginDataSet()
        }
        try dataSet?.finish()
    }

    /// Returns false if more bytes are needed.
    private mutating func readMeta(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> Bool {
        if !meta.hasEnded {
            try meta.read(&input)
            beginning = meta.beginningOfDataSet
        }
        guard meta.hasEnded else { return false }
        let taken = input.prefix(max(0, Self.lengthOfBeginning - beginning.count))
        beginning += taken
        input = input.dropFirst(taken.count)
        return beginning.count >= Self.lengthOfBeginning
    }

    private mutating func beginDataSet() throws(DataSetError) {
        let bytes = beginning
        isMediaDirectory = isMediaDirectory(bytes)
        let syntax = try syntax(of: bytes)
        transferSyntax = syntax
        dataSet = try InstanceHeaderReader(transferSyntax: syntax, limits: limits)
        beginning = []
        try dataSet?.feed(bytes)
    }

    /// Decides by the SOP class or by the first element: a directory begins with group 0004, which instances do not
    /// have.
    private func isMediaDirectory(_ beginning: [UInt8]) -> Bool {
        meta.mediaStorageSOPClassUID?.elementsEqual(SOPClass.mediaStorageDirectoryStorage.utf8) == true
            || beginning.starts(with: [0x04, 0x00])
    }

    /// An unknown transfer syntax is most likely private: its pixel data is special, but its elements are encoded as
    /// usual.
    private func syntax(of beginning: [UInt8]) throws(DataSetError) -> TransferSyntax {
        guard let uid = meta.transferSyntaxUID else { throw .elementMissing(.transferSyntaxUID) }
        if let known = TransferSyntax(uid: String(decoding: uid, as: UTF8.self)) { return known }
        let isExplicit = beginning.count >= Self.lengthOfBeginning && VR(beginning[4], beginning[5]) != nil
        return isExplicit ? .explicitVRLittleEndian : .implicitVRLittleEndian
    }
}
