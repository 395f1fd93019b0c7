import DICOM
import ImportPipeline

/// An instance with all that an import needs to know of it.
struct ImportableInstance {
    let sopInstanceUID: UID
    let studyInstanceUID: UID
    let seriesInstanceUID: UID
    let studyDate: String?

    /// What keeps HealthImaging from taking the instance. No case carries a patient's data.
    enum Problem: Error, Equatable, CustomStringConvertible {
        case tooLarge(size: Int)
        case headerTooLong
        case uidMissing(name: String)
        case transferSyntaxNotSupported(String)
        case uidInvalid(name: String)

        var description: String {
            switch self {
            case .tooLarge(let size):
                "the object has \(size) bytes, expected at most \(HealthImagingLimits.maximumBytes)"
            case .headerTooLong:
                """
                expected the UIDs and all before them within the first \(ObjectHeader.maximumBytes) bytes of the object, \
                inflated too
                """
            case .uidMissing(let name): "expected \(name), but the data set has none"
            case .uidInvalid(let name): "expected a UID in \(name)"
            case .transferSyntaxNotSupported(let uid):
                "the transfer syntax is \(uid), expected one that HealthImaging supports"
            }
        }
    }

    /// What can be told before anything of it is read.
    static func check(size: Int) throws(Problem) {
        guard size <= HealthImagingLimits.maximumBytes else { throw .tooLarge(size: size) }
    }

    init(_ reader: Part10HeaderReader) throws(Problem) {
        if let uid = reader.fileMetaInformation?.transferSyntaxUID.value,
            !TransferSyntax.acceptedByHealthImaging.contains(where: { $0.uid == uid })
        {
            throw .transferSyntaxNotSupported(uid)
        }
        let header = reader.header
        _ = try Self.required("SOPClassUID (0008,0016)", header.sopClassUID)
        sopInstanceUID = try Self.required("SOPInstanceUID (0008,0018)", header.sopInstanceUID)
        studyInstanceUID = try Self.required("StudyInstanceUID (0020,000D)", header.studyInstanceUID)
        seriesInstanceUID = try Self.required("SeriesInstanceUID (0020,000E)", header.seriesInstanceUID)
        studyDate = header.studyDate
    }

    private static func required(_ name: String, _ value: UIDValue?) throws(Problem) -> UID {
        guard let value else { throw .uidMissing(name: name) }
        guard let uid = try? value.uid() else { throw .uidInvalid(name: name) }
        return uid
    }

    /// What came instead of a readable Part 10 file.
    static func message(for error: DataSetError, size: Int) -> String {
        switch error {
        case .prefixMissing:
            "expected a DICOM file (PS3.10: 128 bytes, then \"DICM\"), but the object of \(size) bytes has no \"DICM\" there"
        case .truncated:
            "expected a whole DICOM file, but the object ends after \(size) bytes, inside its header"
        case .lengthExceedsMaximum(let tag, _, _) where tag.group != 0x0002: Problem.headerTooLong.description
        case .transferSyntaxUnknown(let uid): Problem.transferSyntaxNotSupported(uid.value).description
        default: "expected a DICOM file, but its header cannot be read: \(error)"
        }
    }
}
