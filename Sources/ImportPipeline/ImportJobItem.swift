// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// An import job's item, or the part of it that one write sets: the only place in Swift that knows which attribute
/// holds which value.
package struct ImportJobItem: Sendable {
    /// By their names: the zips of the functions have no room for another kind of dictionary.
    private(set) var attributes: [String: String] = [:]
    /// Attributes that a write removes: an earlier look may have set them.
    private(set) var removed: [String] = []

    /// The item of a job that was just started.
    package init(
        _ job: HealthImagingClient.StartedJob, at date: Date, for request: ImportRequest, attempt: Int,
        datastoreID: String, dataAccessRoleArn: String
    ) {
        self[.jobId] = job.jobId
        self[.jobStatus] = job.jobStatus.text
        self[.outcome] = ImportOutcome.pending.rawValue
        self[.submittedAt] = PipelineJSON.timestamp(date)
        self[.attempt] = String(attempt)
        self[.datastoreId] = datastoreID
        self[.route] = request.route
        self[.dataAccessRoleArn] = dataAccessRoleArn
        self[.deliveryId] = request.deliveryId.description
        self[.inputS3Uri] = request.inputS3Uri
        self[.outputS3Uri] = request.outputS3Uri
        self[.studyCount] = String(request.studyCount)
        self[.instanceCount] = String(request.instanceCount)
        self[.studyInstanceUID] = request.studyInstanceUID
        self[.studyDate] = request.studyDate
        self[.seriesInstanceUID] = request.seriesInstanceUID
        self[.sopInstanceUID] = request.sopInstanceUID
        self[.repeats] = request.repeats?.description
    }

    /// The attributes that an update sets. An ending replaces the one that an earlier look found: the attributes of an
    /// ending that are not set are removed.
    package init(_ update: ImportJobUpdate) {
        self[.jobStatus] = update.jobStatus?.text
        self[.reportS3Uri] = update.reportS3URI
        guard let ending = update.ending else { return }
        self[.outcome] = ending.outcome.rawValue
        self[.endedAt] = PipelineJSON.timestamp(ending.date)
        self[.startedAgain] = ending.isStartedAgain ? "true" : nil
        let findings = ending.findings
        self[.message] = findings.message
        self[.scannedCount] = findings.scannedCount.map(String.init)
        self[.importedCount] = findings.importedCount.map(String.init)
        self[.failedCount] = findings.failedCount.map(String.init)
        self[.imageSetCount] = findings.imageSetCount.map(String.init)
        self[.missingCount] = Self.textUnlessZero(findings.missingCount)
        self[.warningCount] = Self.textUnlessZero(findings.warningCount)
        self[.nonPrimaryCount] = Self.textUnlessZero(findings.nonPrimaryCount)
        self[.incompleteStudyInstanceUID] = findings.incompleteStudy?.studyInstanceUID
        self[.incompleteStudyInstanceCount] = findings.incompleteStudy.map { String($0.instanceCount) }
        removed = Self.optionalInEnding.map(\.rawValue).filter { attributes[$0] == nil }
    }

    /// The item of an object that was rejected.
    package init(_ rejection: Rejection, at date: Date) {
        self[.jobId] = rejection.deliveryId.description
        self[.deliveryId] = rejection.deliveryId.description
        self[.jobStatus] = ImportOutcome.rejected.rawValue
        self[.outcome] = ImportOutcome.rejected.rawValue
        self[.submittedAt] = PipelineJSON.timestamp(date)
        self[.endedAt] = PipelineJSON.timestamp(date)
        self[.inputS3Uri] = rejection.inputS3Uri
        self[.message] = rejection.message
        self[.studyInstanceUID] = rejection.studyInstanceUID
    }

    private(set) package subscript(_ attribute: ImportJobAttribute) -> String? {
        get { attributes[attribute.rawValue] }
        set { attributes[attribute.rawValue] = newValue }
    }

    private static let optionalInEnding: [ImportJobAttribute] = [
        .startedAgain, .message, .scannedCount, .importedCount, .failedCount, .imageSetCount, .missingCount,
        .warningCount, .nonPrimaryCount, .incompleteStudyInstanceUID, .incompleteStudyInstanceCount,
    ]

    private static func textUnlessZero(_ count: Int) -> String? { count == 0 ? nil : String(count) }
}
