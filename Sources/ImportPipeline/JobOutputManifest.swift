/// `job-output-manifest.json`, which HealthImaging writes when a job ends; of its summary what is used here.
package struct JobOutputManifest: Decodable, Sendable, Equatable {
    package struct Summary: Decodable, Sendable, Equatable {
        package let numberOfScannedFiles: Int
        package let numberOfImportedFiles: Int
        package let numberOfFilesWithCustomerError: Int
        package let numberOfFilesWithServerError: Int
        package let numberOfGeneratedImageSets: Int?

        package var numberOfFailedFiles: Int { numberOfFilesWithCustomerError + numberOfFilesWithServerError }
    }

    package let jobSummary: Summary
}
