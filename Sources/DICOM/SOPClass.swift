// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The SOP classes that a storage provider has to distinguish.
package enum SOPClass {
    /// PS3.4 §A.
    package static let verification = "1.2.840.10008.1.1"
    /// PS3.4 §J.3.5: the class has one instance, which always exists.
    package static let storageCommitmentPushModel = "1.2.840.10008.1.20.1"
    package static let storageCommitmentPushModelInstance = "1.2.840.10008.1.20.1.1"
    /// The class of a DICOMDIR, which is never sent. PS3.4 §I.
    static let mediaStorageDirectoryStorage = "1.2.840.10008.1.3.10"
    package static let ctImageStorage = "1.2.840.10008.5.1.4.1.1.2"
    package static let secondaryCaptureImageStorage = "1.2.840.10008.5.1.4.1.1.7"

    private static let standardRoot = "1.2.840.10008."
    private static let storageRoot = "1.2.840.10008.5.1.4.1.1."

    /// Storage classes with UIDs outside the storage root. PS3.4 §B.5; PS3.6 annex A for the retired ones.
    private static let storageOutsideRoot: Set<String> = [
        "1.2.840.10008.5.1.1.27",  // Stored Print Storage (retired)
        "1.2.840.10008.5.1.1.29",  // Hardcopy Grayscale Image Storage (retired)
        "1.2.840.10008.5.1.1.30",  // Hardcopy Color Image Storage (retired)
        "1.2.840.10008.5.1.4.34.1",  // RT Beams Delivery Instruction Storage, trial (retired)
        "1.2.840.10008.5.1.4.34.7",  // RT Beams Delivery Instruction Storage
        "1.2.840.10008.5.1.4.34.10",  // RT Brachy Application Setup Delivery Instruction Storage
    ]

    /// Objects without a patient and a study. HealthImaging cannot store them. PS3.4 Table GG.3-1.
    private static let withoutStudy: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.200.1",  // CT Defined Procedure Protocol Storage
        "1.2.840.10008.5.1.4.1.1.200.3",  // Protocol Approval Storage
        "1.2.840.10008.5.1.4.1.1.200.7",  // XA Defined Procedure Protocol Storage
        "1.2.840.10008.5.1.4.1.1.201.1",  // Inventory Storage
        "1.2.840.10008.5.1.4.38.1",  // Hanging Protocol Storage
        "1.2.840.10008.5.1.4.39.1",  // Color Palette Storage
        "1.2.840.10008.5.1.4.43.1",  // Generic Implant Template Storage
        "1.2.840.10008.5.1.4.44.1",  // Implant Assembly Template Storage
        "1.2.840.10008.5.1.4.45.1",  // Implant Template Group Storage
    ]

    /// Query, retrieve and creation services with UIDs below the storage root. PS3.4 §HH and §BB.
    private static let otherServicesInRoot: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.200.4",  // Protocol Approval Information Model - FIND
        "1.2.840.10008.5.1.4.1.1.200.5",  // Protocol Approval Information Model - MOVE
        "1.2.840.10008.5.1.4.1.1.200.6",  // Protocol Approval Information Model - GET
        "1.2.840.10008.5.1.4.1.1.201.2",  // Inventory - FIND
        "1.2.840.10008.5.1.4.1.1.201.3",  // Inventory - MOVE
        "1.2.840.10008.5.1.4.1.1.201.4",  // Inventory - GET
        "1.2.840.10008.5.1.4.1.1.201.5",  // Inventory Creation
        "1.2.840.10008.5.1.4.1.1.201.6",  // Repository Query
    ]

    /// Whether instances of the class can be sent with C-STORE.
    ///
    /// A class outside the standard is private. It is treated as a storage class, because only storage is offered here.
    package static func isStorage(_ uid: UID) -> Bool {
        let value = uid.value
        if value.begins(with: storageRoot) { return !otherServicesInRoot.contains(value) }
        return storageOutsideRoot.contains(value) || withoutStudy.contains(value) || !value.begins(with: standardRoot)
    }

    /// Whether instances of the class belong to a study.
    package static func isStorageInStudies(_ uid: UID) -> Bool {
        isStorage(uid) && !withoutStudy.contains(uid.value)
    }
}
