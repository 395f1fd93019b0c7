/// What is known of an import when its job has ended, as far as the job's item holds it; the report in S3 holds the
/// rest.
package struct ImportFindings: Sendable, Equatable {
    /// A study that was not imported completely.
    package struct IncompleteStudy: Sendable, Equatable {
        package var studyInstanceUID: String
        /// In the delivery, imported or not.
        package var instanceCount: Int

        package init(studyInstanceUID: String, instanceCount: Int) {
            self.studyInstanceUID = studyInstanceUID
            self.instanceCount = instanceCount
        }
    }

    /// `nil` where HealthImaging does not say, as are the next three.
    package var scannedCount: Int?
    package var importedCount: Int?
    package var failedCount: Int?
    package var imageSetCount: Int?
    /// An item does not hold a zero of these three.
    package var missingCount = 0
    package var warningCount = 0
    package var nonPrimaryCount = 0
    /// `nil` where every study was imported completely, or more than one was not.
    package var incompleteStudy: IncompleteStudy?
    /// Why the delivery was not imported completely, without a patient's data.
    package var message: String?

    package init(message: String? = nil) {
        self.message = message
    }
}
