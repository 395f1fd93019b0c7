/// Reads the header of an instance from a file as it arrives: file meta information first, then the data set.
///
/// PS3.10 §7.1. A copy shares the state of the inflation with its original: go on with one of them only.
package struct Part10HeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    /// Known as soon as group 0002 has been read.
    package private(set) var fileMetaInformation: FileMetaInformation?

    private let limits: DataSetLimits
    /// The beginning of the file, until group 0002 is whole.
    private var pending: [UInt8] = []
    private var metaLength: Int?
    private var dataSet: InstanceHeaderReader?

    package init(limits: DataSetLimits = DataSetLimits()) {
        self.limits = limits
    }

    package var header: InstanceHeader { dataSet?.header ?? InstanceHeader() }

    package var progress: Progress { dataSet?.progress ?? .needsMoreBytes }

    /// Bytes of the file that were used so far.
    package var bytesConsumed: UInt64 { UInt64(pending.count) + (dataSet?.bytesConsumed ?? 0) }

    /// Takes the next bytes of the file. Once complete, further bytes are left alone.
    @discardableResult
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> Progress {
        var input = bytes[...]
        if dataSet == nil { try readMeta(&input) }
        return try dataSet?.feed(UnsafeRawBufferPointer(rebasing: input)) ?? .needsMoreBytes
    }

    /// Says that the file has ended: complete, unless it ended inside the meta information or an element.
    package mutating func finish() throws(DataSetError) {
        guard dataSet != nil else { throw .truncated(after: UInt64(pending.count)) }
        try dataSet?.finish()
    }

    private mutating func readMeta(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) {
        guard fill(to: FileMetaInformation.fixedLength, from: &input) else { return }
        let length: Int
        if let metaLength {
            length = metaLength
        } else {
            let groupLength = try FileMetaInformation.groupLength(pending, limits: limits)
            length = FileMetaInformation.fixedLength + groupLength
            metaLength = length
        }
        guard fill(to: length, from: &input) else { return }
        let (meta, _) = try FileMetaInformation.parse(pending, limits: limits)
        fileMetaInformation = meta
        guard let transferSyntax = TransferSyntax(uid: meta.transferSyntaxUID.value) else {
            throw .transferSyntaxUnknown(meta.transferSyntaxUID)
        }
        dataSet = try InstanceHeaderReader(transferSyntax: transferSyntax, limits: limits)
    }

    private mutating func fill(to count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        let taken = min(max(0, count - pending.count), input.count)
        pending.append(contentsOf: input.prefix(taken))
        input = input.dropFirst(taken)
        return pending.count >= count
    }
}
