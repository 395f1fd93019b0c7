// SPDX-License-Identifier: Apache-2.0

import DICOM
import ImportPipeline

/// The values of an instance that an import needs. UIDs are kept as the file has them: HealthImaging imports malformed
/// UIDs with a warning.
struct ImportableInstance {
    let sopClassUID: String
    let sopInstanceUID: String
    let studyInstanceUID: String
    let seriesInstanceUID: String
    let studyDate: String?

    /// Checks the size, before any byte is read.
    static func check(size: Int) throws(InboxProblem) {
        guard size > 0 else { throw .empty }
        guard size <= HealthImagingLimits.maximumBytes else { throw .tooLarge(size: size) }
    }

    init(_ header: InstanceHeader) throws(InboxProblem) {
        sopClassUID = try Self.required(header.sopClassUID, "SOPClassUID", .sopClassUID)
        sopInstanceUID = try Self.required(header.sopInstanceUID, "SOPInstanceUID", .sopInstanceUID)
        studyInstanceUID = try Self.required(header.studyInstanceUID, "StudyInstanceUID", .studyInstanceUID)
        seriesInstanceUID = try Self.required(header.seriesInstanceUID, "SeriesInstanceUID", .seriesInstanceUID)
        studyDate = header.studyDate
    }

    private static func required(_ uid: UIDValue?, _ name: String, _ tag: Tag) throws(InboxProblem) -> String {
        guard let uid else { throw .uidMissing(name: name, tag) }
        return told(uid.text)
    }

    /// Shortened to the length that a document may contain, and without control characters, which not every reader
    /// accepts.
    private static func told(_ text: String) -> String {
        var told = ""
        var length = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let scalar = isControl ? "\u{FFFD}" : scalar
            length += UTF8.width(scalar)
            guard length <= DocumentLimits.maximumUIDBytes else { break }
            told.unicodeScalars.append(scalar)
        }
        return told
    }
}
