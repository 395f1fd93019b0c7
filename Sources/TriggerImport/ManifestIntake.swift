import AWS
import ImportPipeline

/// Reads and validates the manifest that closes a delivery.
struct ManifestIntake: Sendable {
    let s3: S3Client
    let outputRoot: String

    func request(for delivery: DeliveryID, in object: S3Object) async throws -> ImportRequest {
        func rejection(_ message: String) -> Rejection {
            Rejection(
                deliveryId: delivery, inputS3Uri: "s3://\(object.bucket)/\(BucketLayout.prefix(of: delivery))",
                message: message)
        }
        let manifest: DeliveryManifest
        do {
            let document = try await s3.getObject(bucket: object.bucket, key: object.key)
            manifest = try PipelineJSON.decode(DeliveryManifest.self, from: document.body)
        } catch let error as DecodingError {
            throw rejection("expected a delivery's manifest, but it cannot be read: \(error.whatWasExpected)")
        }
        if let problem = manifest.problem(expecting: delivery) { throw rejection(problem) }
        return ImportRequest(manifest, bucket: object.bucket, outputRoot: outputRoot)
    }
}

extension DecodingError {
    /// Where and what, without the value that was found.
    fileprivate var whatWasExpected: String {
        func path(_ context: Context) -> String { context.codingPath.map(\.stringValue).joined(separator: ".") }
        switch self {
        case .keyNotFound(let key, let context): return "\(key.stringValue) is missing in \"\(path(context))\""
        case .typeMismatch(let type, let context): return "\(path(context)) is no \(type)"
        case .valueNotFound(let type, let context): return "\(path(context)) is null, expected \(type)"
        case .dataCorrupted(let context): return "\(path(context)) is malformed"
        @unknown default: return "it is malformed"
        }
    }
}
