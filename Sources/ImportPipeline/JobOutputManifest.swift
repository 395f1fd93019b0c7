// SPDX-License-Identifier: Apache-2.0

/// `job-output-manifest.json`, which HealthImaging writes when a job ends. Only what is used here is read of its
/// summary.
///
/// A number that is missing or not valid is `nil`; the other numbers are used all the same.
package struct JobOutputManifest: Decodable, Sendable, Equatable {
    package struct ImageSet: Decodable, Sendable, Equatable {
        package let imageSetId: String?
        package let imageSetVersion: Int?
        package let isPrimary: Bool?
        package let numberOfMatchedSOPInstances: Int?

        private enum CodingKeys: CodingKey {
            case imageSetId, imageSetVersion, isPrimary, numberOfMatchedSOPInstances
        }

        package init(from decoder: any Decoder) throws {
            let container = try? decoder.container(keyedBy: CodingKeys.self)
            imageSetId = container?.readableImageSetID(.imageSetId)
            imageSetVersion = container?.readableCount(.imageSetVersion)
            isPrimary = container?.readable(Bool.self, .isPrimary)
            numberOfMatchedSOPInstances = container?.readableCount(.numberOfMatchedSOPInstances)
        }
    }

    package struct Summary: Decodable, Sendable, Equatable {
        package var numberOfScannedFiles: Int?
        package var numberOfImportedFiles: Int?
        package var numberOfFilesWithCustomerError: Int?
        package var numberOfFilesWithServerError: Int?
        package var numberOfGeneratedImageSets: Int?
        package var imageSetsSummary: [ImageSet]?

        private enum CodingKeys: CodingKey {
            case numberOfScannedFiles, numberOfImportedFiles, numberOfFilesWithCustomerError
            case numberOfFilesWithServerError, numberOfGeneratedImageSets, imageSetsSummary
        }

        /// The summary of a manifest that cannot be read.
        package init() {}

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            numberOfScannedFiles = container.readableCount(.numberOfScannedFiles)
            numberOfImportedFiles = container.readableCount(.numberOfImportedFiles)
            numberOfFilesWithCustomerError = container.readableCount(.numberOfFilesWithCustomerError)
            numberOfFilesWithServerError = container.readableCount(.numberOfFilesWithServerError)
            numberOfGeneratedImageSets = container.readableCount(.numberOfGeneratedImageSets)
            imageSetsSummary = container.readable([ImageSet].self, .imageSetsSummary)
        }

        /// `nil` unless both numbers are known.
        package var numberOfFailedFiles: Int? {
            guard let customer = numberOfFilesWithCustomerError, let server = numberOfFilesWithServerError else {
                return nil
            }
            return customer + server
        }

        package var numberOfNonPrimaryInstances: Int {
            (imageSetsSummary ?? []).filter { $0.isPrimary == false }
                .reduce(0) { $0 + ($1.numberOfMatchedSOPInstances ?? 0) }
        }
    }

    package let jobSummary: Summary
}
