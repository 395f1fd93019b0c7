/// `job-output-manifest.json`, which HealthImaging writes when a job ends; of its summary what is used here.
package struct JobOutputManifest: Decodable, Sendable, Equatable {
    package struct ImageSet: Decodable, Sendable, Equatable {
        package let isPrimary: Bool?
        package let numberOfMatchedSOPInstances: Int?

        private enum CodingKeys: CodingKey {
            case isPrimary, numberOfMatchedSOPInstances
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            isPrimary = try container.decodeIfPresent(Bool.self, forKey: .isPrimary)
            numberOfMatchedSOPInstances = try container.integerIfPresent(
                in: DocumentLimits.counts, .numberOfMatchedSOPInstances)
        }
    }

    package struct Summary: Decodable, Sendable, Equatable {
        package let numberOfScannedFiles: Int
        package let numberOfImportedFiles: Int
        package let numberOfFilesWithCustomerError: Int
        package let numberOfFilesWithServerError: Int
        package let numberOfGeneratedImageSets: Int?
        package let imageSetsSummary: [ImageSet]?

        private enum CodingKeys: CodingKey {
            case numberOfScannedFiles, numberOfImportedFiles, numberOfFilesWithCustomerError
            case numberOfFilesWithServerError, numberOfGeneratedImageSets, imageSetsSummary
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let counts = DocumentLimits.counts
            numberOfScannedFiles = try container.integer(in: counts, .numberOfScannedFiles)
            numberOfImportedFiles = try container.integer(in: counts, .numberOfImportedFiles)
            numberOfFilesWithCustomerError = try container.integer(in: counts, .numberOfFilesWithCustomerError)
            numberOfFilesWithServerError = try container.integer(in: counts, .numberOfFilesWithServerError)
            numberOfGeneratedImageSets = try container.integerIfPresent(in: counts, .numberOfGeneratedImageSets)
            imageSetsSummary = try container.decodeIfPresent([ImageSet].self, forKey: .imageSetsSummary)
        }

        package var numberOfFailedFiles: Int { numberOfFilesWithCustomerError + numberOfFilesWithServerError }

        package var numberOfNonPrimaryInstances: Int {
            (imageSetsSummary ?? []).filter { $0.isPrimary == false }
                .reduce(0) { $0 + ($1.numberOfMatchedSOPInstances ?? 0) }
        }
    }

    package let jobSummary: Summary
}
