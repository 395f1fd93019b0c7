// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The attributes that a condition of a route may name: attributes of the study, the series and the equipment that
/// precede the Series Instance UID. A receiver has read them before it stores anything.
///
/// Attributes of the patient are not among them: the rules of an operator and the log lines about them must not depend
/// on who the patient is.
enum RouteAttribute {
    static let modality = Tag(0x0008, 0x0060)

    /// By keyword. PS3.3 §C.7.2.1, §C.7.3.1 and §C.7.5.1; PS3.6.
    static let tags: [String: Tag] = [
        "StudyDate": .studyDate, "SeriesDate": Tag(0x0008, 0x0021), "AcquisitionDate": Tag(0x0008, 0x0022),
        "AccessionNumber": Tag(0x0008, 0x0050), "Modality": modality, "Manufacturer": Tag(0x0008, 0x0070),
        "InstitutionName": Tag(0x0008, 0x0080), "StationName": Tag(0x0008, 0x1010),
        "StudyDescription": Tag(0x0008, 0x1030), "SeriesDescription": Tag(0x0008, 0x103E),
        "InstitutionalDepartmentName": Tag(0x0008, 0x1040), "ManufacturerModelName": Tag(0x0008, 0x1090),
        "ClinicalTrialSponsorName": Tag(0x0012, 0x0010), "ClinicalTrialProtocolID": Tag(0x0012, 0x0020),
        "ClinicalTrialProtocolName": Tag(0x0012, 0x0021), "ClinicalTrialSiteID": Tag(0x0012, 0x0030),
        "ClinicalTrialSiteName": Tag(0x0012, 0x0031), "BodyPartExamined": Tag(0x0018, 0x0015),
        "DeviceSerialNumber": Tag(0x0018, 0x1000), "SoftwareVersions": Tag(0x0018, 0x1020),
        "ProtocolName": Tag(0x0018, 0x1030), "PatientPosition": Tag(0x0018, 0x5100),
    ]

    /// Why no condition may name this attribute.
    static func refusal(of keyword: String) -> String {
        let known = tags.keys.sorted().joined(separator: ", ")
        // The keyword of the one attribute of the series that begins in this way is in the list.
        let isOfPatient = keyword.utf8.starts(with: "Patient".utf8) || ofPatient.contains(keyword)
        return isOfPatient
            ? "\"\(keyword)\" is an attribute of the patient, which routes never look at, expected one of \(known)"
            : "\"\(keyword)\" is not an attribute that routes can look at, expected one of \(known)"
    }

    /// Attributes of the patient whose keywords do not begin with `Patient`. PS3.3 §C.7.1.1 and §C.7.2.2.
    private static let ofPatient: Set<String> = [
        "AdditionalPatientHistory", "AdmissionID", "AdmittingDiagnosesDescription", "EthnicGroup",
        "IssuerOfPatientID", "MedicalAlerts", "MedicalRecordLocator", "MilitaryRank", "Occupation", "OtherPatientIDs",
        "OtherPatientNames", "PregnancyStatus", "ResponsiblePerson", "SmokingStatus",
    ]

    /// The values of an element, without padding. PS3.5 §6.2: a backslash separates them.
    static func values(of bytes: [UInt8]) -> [String] {
        bytes.trimmingPadding().split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map { value in
            String(decoding: value.trimmingPadding().drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
        }
    }
}
