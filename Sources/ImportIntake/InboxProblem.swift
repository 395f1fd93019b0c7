// SPDX-License-Identifier: Apache-2.0

import DICOM
import ImportPipeline

/// Why an object of the inbox cannot be imported: it is not DICOM, or lacks something that an import needs. No case
/// carries a patient's data.
enum InboxProblem: Error, Equatable {
    case empty
    case tooLarge(size: Int)
    case foreign(ForeignContent)
    case mediaDirectory
    case headerTooLong
    case metaTooLong(Tag, length: UInt64, maximum: UInt64)
    case transferSyntaxMissing
    case uidMissing(name: String, Tag)
    case truncated(size: Int)
    case unreadable(DataSetError)

    /// `size` is the size of the object, `beginning` its first bytes.
    init(_ error: DataSetError, size: Int, beginning: [UInt8]) {
        switch error {
        case .prefixMissing: self = .foreign(ForeignContent(beginning))
        case .truncated where size < FileMetaInformation.preambleLength + 4: self = .foreign(ForeignContent(beginning))
        case .truncated: self = .truncated(size: size)
        case .elementMissing(.transferSyntaxUID): self = .transferSyntaxMissing
        case .lengthExceedsMaximum(let tag, let length, let maximum) where tag.group == 0x0002:
            self = .metaTooLong(tag, length: length, maximum: maximum)
        case .lengthExceedsMaximum: self = .headerTooLong
        default: self = .unreadable(error)
        }
    }
}

extension InboxProblem: CustomStringConvertible {
    /// Sentences for the person who put the object into the inbox: what was expected, what was found, and what to do.
    var description: String {
        switch self {
        case .empty: "Expected a DICOM file, but the object is empty. Upload the file again."
        case .tooLarge(let size):
            """
            Expected at most \(HealthImagingLimits.maximumBytes) bytes, the most that HealthImaging imports as one file, but the \
            object has \(size) bytes. Split the instance into smaller ones.
            """
        case .foreign(let content):
            """
            Expected a DICOM file (PS3.10: 128 bytes, then "DICM"), but the object is \(content.name). \(content.advice).
            """
        case .mediaDirectory:
            """
            Expected an instance, but the object is a DICOMDIR: the directory of a CD or another medium, which holds no image. Put \
            the files that it lists into the inbox, and delete it.
            """
        case .headerTooLong:
            """
            Expected the UIDs and everything before them within the first \(ObjectHeader.maximumBytes) bytes of the object, before and after inflation, \
            but they are not there. Remove long private elements before them, or send the instance by C-STORE.
            """
        case .metaTooLong(let tag, let length, let maximum):
            """
            Expected at most \(maximum) more bytes of file meta information, but \(tag) says that it has \(length). Write the file again, \
            for example with DCMTK's dcmconv.
            """
        case .transferSyntaxMissing:
            """
            Expected TransferSyntaxUID (0002,0010) in the file meta information, but it is missing or empty. Write the file again \
            with it, for example with DCMTK's dcmconv.
            """
        case .uidMissing(let name, let tag):
            """
            Expected \(name) \(tag), which HealthImaging needs, but it is missing or empty. An object that belongs to no study, such \
            as a hanging protocol, cannot be imported; in any other, add the UID.
            """
        case .truncated(let size):
            """
            Expected a whole DICOM file, but the object ends after \(size) bytes, inside its header. Upload the file again.
            """
        case .unreadable(let error):
            """
            Expected a DICOM file whose header can be read, but it has a fault: \(error). Look at the file, for example with DCMTK's \
            dcmdump, and write it again.
            """
        }
    }
}
