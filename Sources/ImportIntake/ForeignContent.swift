// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The kind of an object that is not a DICOM file, as far as its first bytes tell.
struct ForeignContent: Equatable, Sendable {
    /// How many bytes of the object are examined.
    static let lengthLookedAt = 512

    /// Has an article, so that it fits into a sentence.
    let name: String
    let advice: String

    init(_ bytes: [UInt8]) {
        let bytes = bytes.prefix(Self.lengthLookedAt)
        (name, advice) =
            Self.dicomWithoutPreamble(bytes) ?? Self.archive(bytes) ?? Self.picture(bytes) ?? Self.text(bytes)
            ?? Self.unknown(bytes)
    }

    private typealias Description = (name: String, advice: String)

    /// A DICOM file without its preamble or meta information. Its data set is complete, so the missing part is easily
    /// written again.
    private static func dicomWithoutPreamble(_ bytes: ArraySlice<UInt8>) -> Description? {
        let advice = "Write it as a file of PS3.10, for example with DCMTK's dcmconv, and put that into the inbox"
        if bytes.starts(with: "DICM".utf8) {
            return ("a DICOM file whose preamble, 128 bytes before \"DICM\", is missing", advice)
        }
        guard bytes.count >= 8 else { return nil }
        if bytes.starts(with: [0x02, 0x00]), bytes[3] == 0, isVR(bytes[4..<6]) {
            return ("file meta information without the preamble and \"DICM\" before it", advice)
        }
        let dataSet = "a DICOM data set without the preamble, \"DICM\" and the file meta information before it"
        // An element of group 0008, with which most data sets begin. It has a VR, or a length that no other content has
        // in this place.
        if bytes.starts(with: [0x08, 0x00]), isVR(bytes[4..<6]) || bytes[6] == 0 && bytes[7] == 0 {
            return (dataSet, advice)
        }
        if bytes.starts(with: [0x00, 0x08, 0x00]), isVR(bytes[4..<6]) { return ("\(dataSet), in Big Endian", advice) }
        return nil
    }

    private static func isVR(_ letters: ArraySlice<UInt8>) -> Bool {
        letters.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    private static func archive(_ bytes: ArraySlice<UInt8>) -> Description? {
        let signatures: [(name: String, offset: Int, signature: [UInt8])] = [
            ("a gzip file", 0, [0x1F, 0x8B]), ("a zip archive", 0, [0x50, 0x4B, 0x03, 0x04]),
            ("a zip archive", 0, [0x50, 0x4B, 0x05, 0x06]), ("a bzip2 file", 0, Array("BZh".utf8)),
            ("an xz file", 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]), ("a Zstandard file", 0, [0x28, 0xB5, 0x2F, 0xFD]),
            ("a 7z archive", 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), ("a tar archive", 257, Array("ustar".utf8)),
        ]
        return name(of: bytes, among: signatures).map {
            ($0, "Unpack it and put the DICOM files that are inside into the inbox")
        }
    }

    private static func picture(_ bytes: ArraySlice<UInt8>) -> Description? {
        let signatures: [(name: String, offset: Int, signature: [UInt8])] = [
            ("a JPEG picture", 0, [0xFF, 0xD8, 0xFF]), ("a PNG picture", 0, [0x89, 0x50, 0x4E, 0x47]),
            ("a GIF picture", 0, Array("GIF8".utf8)), ("a TIFF picture", 0, [0x49, 0x49, 0x2A, 0x00]),
            ("a TIFF picture", 0, [0x4D, 0x4D, 0x00, 0x2A]), ("a JPEG 2000 picture", 4, Array("jP  ".utf8)),
            ("a JPEG 2000 picture", 0, [0xFF, 0x4F, 0xFF, 0x51]), ("an MP4 video", 4, Array("ftyp".utf8)),
            ("a PDF document", 0, Array("%PDF-".utf8)),
        ]
        return name(of: bytes, among: signatures).map {
            (
                $0,
                "Make a DICOM instance of it, for example with DCMTK's img2dcm or pdf2dcm, and put that into the inbox"
            )
        }
    }

    private static func name(
        of bytes: ArraySlice<UInt8>, among signatures: [(name: String, offset: Int, signature: [UInt8])]
    ) -> String? {
        signatures.first { bytes.dropFirst($0.offset).starts(with: $0.signature) }?.name
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> Description? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes
        let isText = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0C, 0x0D].contains($0) }
        guard isText, !bytes.isEmpty else { return nil }
        // Makes ASCII letters lower-case. It also changes other characters, of which only `[` matters: it becomes `{`.
        let start = bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.map { $0 | 0x20 }
        let advice = "Look at what wrote it: it may be the error message of a failed download"
        if ["<!doctype html", "<html"].contains(where: { start.starts(with: $0.utf8) }) {
            return ("an HTML page", advice)
        }
        if start.starts(with: "<".utf8) { return ("an XML document", advice) }
        // A document that began with `[` is found here too.
        if start.starts(with: "{".utf8) { return ("a JSON document", advice) }
        return ("a text", advice)
    }

    private static func unknown(_ bytes: ArraySlice<UInt8>) -> Description {
        let advice = "Look at what wrote it, and put the DICOM file into the inbox"
        return bytes.allSatisfy { $0 == 0 } ? ("a file of zeros", advice) : ("of a kind that is not known here", advice)
    }
}
