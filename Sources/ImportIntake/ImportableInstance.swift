// SPDX-License-Identifier: Apache-2.0

import DICOM
import ImportPipeline

/// The values of an instance that an import needs. HealthImaging imports malformed UIDs with a warning. Such a UID can
/// be any text, also a patient's name, so it has the form of keys: see `BucketLayout.component(ofUID:)`.
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
        return BucketLayout.component(ofUID: uid.text)
    }
}
