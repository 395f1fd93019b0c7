// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork

/// An instance, as its data set names it. The request must name it in the same way unless `UID_MISMATCH` permits a
/// difference.
struct ReceivedInstance: Sendable, Equatable {
    let sopClassUID: UID
    let sopInstanceUID: UID
    let studyInstanceUID: UID
    let seriesInstanceUID: UID
    let studyDate: String?
    let transferSyntax: TransferSyntax

    /// PS3.4 §B.2.3: A900H when the data set is of another instance or SOP class, C000H when it lacks a UID or has an
    /// invalid one.
    init(header: InstanceHeader, request: CStoreRequest, mismatch: UIDMismatch) throws(InstanceProblem) {
        sopClassUID = try Self.uid(header.sopClassUID, .sopClassUID, "SOP Class UID")
        sopInstanceUID = try Self.uid(header.sopInstanceUID, .sopInstanceUID, "SOP Instance UID")
        studyInstanceUID = try Self.uid(header.studyInstanceUID, .studyInstanceUID, "Study Instance UID")
        seriesInstanceUID = try Self.uid(header.seriesInstanceUID, .seriesInstanceUID, "Series Instance UID")
        studyDate = header.studyDate
        transferSyntax = request.transferSyntax
        guard mismatch == .refuse else { return }
        if sopClassUID != request.affectedSOPClassUID {
            throw .mismatch(
                .sopClassUID, name: "SOP Class UID", command: request.affectedSOPClassUID, dataSet: sopClassUID,
                offset: header.sopClassUID?.offset ?? 0)
        }
        if sopInstanceUID != request.affectedSOPInstanceUID {
            throw .mismatch(
                .sopInstanceUID, name: "SOP Instance UID", command: request.affectedSOPInstanceUID,
                dataSet: sopInstanceUID, offset: header.sopInstanceUID?.offset ?? 0)
        }
    }

    private static func uid(_ value: UIDValue?, _ tag: Tag, _ name: String) throws(InstanceProblem) -> UID {
        guard let value else { throw .elementMissing(tag, name: name) }
        do throws(UIDError) {
            return try value.uid()
        } catch {
            throw .unreadable(.invalidUID(tag, error), at: ElementPlace(tag: tag, offset: value.offset))
        }
    }

    /// Whether the request names the same instance and SOP class.
    func isNamed(by request: CStoreRequest) -> Bool {
        sopClassUID == request.affectedSOPClassUID && sopInstanceUID == request.affectedSOPInstanceUID
    }
}
