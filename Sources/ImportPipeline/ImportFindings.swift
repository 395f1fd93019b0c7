// SPDX-License-Identifier: Apache-2.0

/// What is known of an import when its job has ended, as far as the job's item holds it; the report in S3 holds the
/// rest.
package struct ImportFindings: Sendable {
    /// `nil` where HealthImaging does not say, as are the next three.
    package var scannedCount: Int?
    package var importedCount: Int?
    package var failedCount: Int?
    package var imageSetCount: Int?
    /// An item does not hold a zero of these three.
    package var missingCount = 0
    package var warningCount = 0
    package var nonPrimaryCount = 0
    /// The only study that was not imported completely, and how many instances it has in the delivery; `nil` where every
    /// study was imported completely, or more than one was not.
    package var incompleteStudy: (studyInstanceUID: String, instanceCount: Int)?
    /// Why the delivery was not imported completely, without a patient's data.
    package var message: String?

    package init(message: String? = nil) {
        self.message = message
    }
}
