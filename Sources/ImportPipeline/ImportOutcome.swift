// SPDX-License-Identifier: Apache-2.0

/// What became of a delivery, according to the output of HealthImaging.
package enum ImportOutcome: String, Codable, Sendable {
    /// Not known yet.
    case pending = "PENDING"
    /// Every instance was imported.
    case imported = "IMPORTED"
    /// Some instances were imported.
    case partial = "PARTIAL"
    /// No instance was imported.
    case failed = "FAILED"
    /// No job was started: the object is not DICOM, or HealthImaging does not take it.
    case rejected = "REJECTED"
}
