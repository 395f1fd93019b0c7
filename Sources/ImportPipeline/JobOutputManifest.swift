/// `job-output-manifest.json`, which HealthImaging writes when a job ends; of its summary what is used here.
package struct JobOutputManifest: Decodable, Sendable, Equatable {
    package struct ImageSet: Decodable, Sendable, Equatable {
        package let isPrimary: Bool?
        package let numberOfMatchedSOPInstances: Int?
    }

    package struct Summary: Decodable, Sendable, Equatable {
        package let numberOfScannedFiles: Int
        package let numberOfImportedFiles: Int
        package let numberOfFilesWithCustomerError: Int
        package let numberOfFilesWithServerError: Int
        package let numberOfGeneratedImageSets: Int?
        package let imageSetsSummary: [ImageSet]?

        package var numberOfFailedFiles: Int { numberOfFilesWithCustomerError + numberOfFilesWithServerError }

        package var numberOfNonPrimaryInstances: Int {
            (imageSetsSummary ?? []).filter { $0.isPrimary == false }
                .reduce(0) { $0 + ($1.numberOfMatchedSOPInstances ?? 0) }
        }
    }

    package let jobSummary: Summary
}
