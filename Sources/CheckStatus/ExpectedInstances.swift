import AWS
import ImportPipeline

/// What a delivery's import has to bring.
struct ExpectedInstances: Sendable, Equatable {
    let count: Int
    /// nil where no document lists them.
    let keys: Set<String>?

    /// By the delivery's manifest; an object of the inbox has none, but its key follows from the request.
    static func of(_ request: ImportRequest, s3: S3Client) async throws -> ExpectedInstances {
        let input = try S3URI(request.inputS3Uri)
        do {
            let manifest = try await s3.getDocument(
                DeliveryManifest.self, bucket: input.bucket, key: BucketLayout.manifestKey(of: request.importId))
            if let problem = manifest.problem(expecting: request.deliveryId) {
                throw UnusableManifest(description: problem)
            }
            return ExpectedInstances(count: request.instanceCount, keys: Set(manifest.instances.map(\.key)))
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return ExpectedInstances(count: request.instanceCount, keys: keyOfSingleInstance(request).map { [$0] })
        }
    }

    private static func keyOfSingleInstance(_ request: ImportRequest) -> String? {
        guard let series = request.seriesInstanceUID, let instance = request.sopInstanceUID else { return nil }
        return BucketLayout.instanceKey(
            request.deliveryId, study: request.studyInstanceUID, series: series, instance: instance)
    }
}

/// The manifest of a delivery is not the one that its import was started by.
struct UnusableManifest: Error, Equatable, CustomStringConvertible {
    /// What is there, and what was expected.
    let description: String
}
