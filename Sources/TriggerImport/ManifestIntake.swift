import AWS
import ImportPipeline

/// Reads and validates the manifest that closes a delivery.
struct ManifestIntake: Sendable {
    let s3: S3Client
    let outputRoot: String

    func request(for id: ImportID, in object: CreatedObject) async throws -> ImportRequest {
        let delivery = id.delivery
        func rejection(_ message: String) -> Rejection {
            Rejection(
                deliveryId: delivery, inputS3Uri: "s3://\(object.bucket)/\(BucketLayout.prefix(of: delivery))",
                message: message)
        }
        let manifest: DeliveryManifest
        do {
            manifest = try await s3.getDocument(DeliveryManifest.self, bucket: object.bucket, key: object.key)
        } catch let error as DocumentError {
            throw rejection("expected a delivery's manifest, but it cannot be read: \(error)")
        }
        if let problem = manifest.problem(expecting: delivery) { throw rejection(problem) }
        return ImportRequest(manifest, of: id, bucket: object.bucket, outputRoot: outputRoot)
    }
}
