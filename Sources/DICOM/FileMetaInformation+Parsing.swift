extension FileMetaInformation {
    /// Preamble, prefix and the element (0002,0000): what has to be there before the length of the rest is known.
    static let fixedLength = preambleLength + 4 + 12

    /// How many bytes follow the fixed ones, as (0002,0000) says.
    static func groupLength(
        _ bytes: [UInt8], limits: DataSetLimits
    ) throws(DataSetError) -> Int {
        guard bytes.count >= fixedLength else { throw .truncated(after: UInt64(bytes.count)) }
        guard bytes[128..<132].elementsEqual(prefix) else { throw .prefixMissing }
        // (0002,0000) UL, four bytes.
        guard bytes[132..<140].elementsEqual([0x02, 0x00, 0x00, 0x00, 0x55, 0x4C, 0x04, 0x00]) else {
            throw .groupLengthMissing
        }
        let length = ByteOrder.littleEndian.uint32(bytes.span.bytes, at: 140)
        guard length <= limits.maximumFileMetaInformationLength else {
            throw .lengthExceedsMaximum(
                Tag(0x0002, 0x0000), length: UInt64(length), maximum: UInt64(limits.maximumFileMetaInformationLength))
        }
        return Int(length)
    }

    /// Parses the beginning of a file and says where the data set starts.
    ///
    /// The bytes may go on after the meta information; if they end within it, that is an error.
    package static func parse(
        _ bytes: [UInt8], limits: DataSetLimits = DataSetLimits()
    ) throws(DataSetError) -> (FileMetaInformation, length: Int) {
        let length = fixedLength + (try groupLength(bytes, limits: limits))
        guard bytes.count >= length else { throw .truncated(after: UInt64(bytes.count)) }
        let elements = try elements(of: bytes[fixedLength..<length])
        let meta = FileMetaInformation(
            mediaStorageSOPClassUID: try uid(0x0002, in: elements),
            mediaStorageSOPInstanceUID: try uid(0x0003, in: elements),
            transferSyntaxUID: try uid(0x0010, in: elements),
            implementationClassUID: try elements[0x0012] == nil ? nil : uid(0x0012, in: elements),
            implementationVersionName: text(0x0013, in: elements),
            sourceApplicationEntityTitle: text(0x0016, in: elements))
        return (meta, length)
    }

    /// Whether the bytes begin like a file, where a data set alone was due.
    ///
    /// True for a preamble with `DICM`, and for `DICM` without a preamble. Needs 132 bytes to be sure of a no. PS3.10 §7.1;
    /// PS3.7 §9.3.1 sends the data set only.
    package static func looksLikePart10Prefix(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: prefix)
            || bytes.dropFirst(preambleLength).starts(with: prefix)
    }

    /// The values of group 0002, by element number. PS3.10 §7.1: always Explicit VR Little Endian.
    private static func elements(of group: ArraySlice<UInt8>) throws(DataSetError) -> [UInt16: ArraySlice<UInt8>] {
        let encoding = ElementEncoding(isExplicitVR: true, byteOrder: .littleEndian)
        var elements: [UInt16: ArraySlice<UInt8>] = [:]
        var rest = group
        while !rest.isEmpty {
            let start = Array(rest.prefix(ElementEncoding.greatestHeaderLength))
            guard start.count >= ElementEncoding.leastHeaderLength else {
                throw .truncated(after: UInt64(rest.startIndex))
            }
            guard case .known(let vr) = ElementEncoding.letters(start.span.bytes) else {
                throw .invalidVR(encoding.tag(start.span.bytes), start[4], start[5])
            }
            let form = ElementEncoding.Form.explicit(vr)
            let headerLength = form.headerLength
            guard start.count >= headerLength else { throw .truncated(after: UInt64(rest.startIndex)) }
            let header = encoding.header(start.span.bytes, form: form, depth: 0)
            guard header.tag.group == 0x0002 else { throw .groupNotAllowed(header.tag) }
            let remaining = rest.count - headerLength
            guard let length = header.length, length <= remaining else {
                throw .lengthExceedsMaximum(
                    header.tag, length: UInt64(header.length ?? .max), maximum: UInt64(remaining))
            }
            elements[header.tag.element] = rest.dropFirst(headerLength).prefix(Int(length))
            rest = rest.dropFirst(headerLength + Int(length))
        }
        return elements
    }

    private static func uid(
        _ element: UInt16, in elements: [UInt16: ArraySlice<UInt8>]
    ) throws(DataSetError) -> UID {
        let tag = Tag(0x0002, element)
        guard let value = elements[element] else { throw .elementMissing(tag) }
        do {
            return try UID(trimming: value)
        } catch {
            throw .invalidUID(tag, error)
        }
    }

    private static func text(_ element: UInt16, in elements: [UInt16: ArraySlice<UInt8>]) -> String? {
        elements[element].map { String(decoding: $0.trimmingPadding(), as: UTF8.self) }
    }
}
