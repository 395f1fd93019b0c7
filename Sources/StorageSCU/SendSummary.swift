// SPDX-License-Identifier: Apache-2.0

/// The results of all files, counted.
package struct SendSummary: Codable, Hashable, Sendable {
    /// Every file that was found.
    package private(set) var files = 0
    /// Stored in this run, also with a warning.
    package private(set) var stored = 0
    package private(set) var storedWithWarning = 0
    /// Stored by an earlier run, as the journal says.
    package private(set) var storedBefore = 0
    /// Not stored, whatever the reason; without those skipped.
    package private(set) var notStored = 0
    /// DICOMDIRs, and other files that are not DICOM if these are to be skipped.
    package private(set) var skipped = 0
    /// Bytes of the data sets stored in this run.
    package private(set) var bytes: Int64 = 0

    package init() {}

    package mutating func add(_ result: FileResult, skipsOtherFiles: Bool) {
        files += 1
        switch result.outcome {
        case .stored(let status):
            stored += 1
            if status != .success { storedWithWarning += 1 }
            bytes += result.file?.dataSetLength ?? 0
        case .storedBefore: storedBefore += 1
        case .unusable(.mediaDirectory): skipped += 1
        case .unusable(.notDICOM) where skipsOtherFiles: skipped += 1
        case .refused, .contextRefused, .unusable, .notConfirmed, .notSent: notStored += 1
        }
    }

    /// Whether the peer has every file, and there was one.
    package var isSuccess: Bool { notStored == 0 && stored + storedBefore > 0 }
}
