/// Reads the header of an instance from a file as it arrives: file meta information first, then the data set.
///
/// PS3.10 §7.1. A copy shares the state of the inflation with its original: go on with one of them only.
package struct Part10HeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    /// The bytes of an element by which its group and its VR are told.
    private static let lengthOfBeginning = 6

    /// Where the data set begins, in bytes; nil while it is not known.
    package var dataSetOffset: Int? { dataSet == nil ? nil : meta.length }

    /// How the data set is read; nil while it is not known.
    package private(set) var transferSyntax: TransferSyntax?

    /// Whether the file is a DICOMDIR, the directory of a medium, and holds no instance. PS3.3 §F.3.
    package private(set) var isMediaDirectory = false

    private let limits: DataSetLimits
    private var meta: FileMetaReader
    /// Of the data set, as long as it is too little to tell how it is encoded.
    private var beginning: [UInt8] = []
    private var dataSet: InstanceHeaderReader?

    package init(limits: DataSetLimits = DataSetLimits()) {
        self.limits = limits
        meta = FileMetaReader(limits: limits)
    }

    package var header: InstanceHeader { dataSet?.header ?? InstanceHeader() }

    package var progress: Progress { dataSet?.progress ?? .needsMoreBytes }

    /// Bytes of the file that were used so far.
    package var bytesConsumed: UInt64 { UInt64(meta.length + beginning.count) + (dataSet?.bytesConsumed ?? 0) }

    /// Takes the next bytes of the file. Once complete, further bytes are left alone.
    @discardableResult
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> Progress {
        var input = bytes[...]
        if dataSet == nil {
            guard try readMeta(&input) else { return .needsMoreBytes }
            try beginDataSet()
        }
        return try dataSet?.feed(UnsafeRawBufferPointer(rebasing: input)) ?? .needsMoreBytes
    }

    /// Says that the file has ended: complete, unless it ended inside the meta information or an element.
    package mutating func finish() throws(DataSetError) {
        if dataSet == nil {
            guard meta.isAtElementBoundary else { throw .truncated(after: bytesConsumed) }
            try beginDataSet()
        }
        try dataSet?.finish()
    }

    /// False: more bytes are needed.
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

    /// By its class, or by its first element: a directory begins with group 0004, which no instance has.
    private func isMediaDirectory(_ beginning: [UInt8]) -> Bool {
        meta.mediaStorageSOPClassUID?.elementsEqual(SOPClass.mediaStorageDirectoryStorage.utf8) == true
            || beginning.starts(with: [0x04, 0x00])
    }

    /// A syntax that is not known is most likely private, with pixel data of its own kind in a data set like any other.
    private func syntax(of beginning: [UInt8]) throws(DataSetError) -> TransferSyntax {
        guard let uid = meta.transferSyntaxUID else { throw .elementMissing(.transferSyntaxUID) }
        if let known = TransferSyntax(uid: String(decoding: uid, as: UTF8.self)) { return known }
        let isExplicit = beginning.count >= Self.lengthOfBeginning && VR(beginning[4], beginning[5]) != nil
        return isExplicit ? .explicitVRLittleEndian : .implicitVRLittleEndian
    }
}
