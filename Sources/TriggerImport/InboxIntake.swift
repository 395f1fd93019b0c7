import AWS
import DICOM
import ImportPipeline

/// Validates a single object of the inbox by its header and gives it a prefix of its own.
///
/// The copy is what keeps the import apart from its neighbours: HealthImaging imports whatever begins with the prefix.
struct InboxIntake: Sendable {
    let s3: S3Client
    let outputRoot: String

    func request(for object: CreatedObject) async throws -> ImportRequest {
        let delivery = DeliveryID(
            openedAt: object.createdAt,
            derivedFrom: [
                object.bucket, object.key, object.versionID ?? "", object.eTag, object.sequencer ?? "",
            ])
        func rejection(_ message: String) -> Rejection {
            Rejection(
                deliveryId: delivery, inputS3Uri: "s3://\(object.bucket)/\(object.key)", message: message)
        }
        let instance: ImportableInstance
        do {
            try ImportableInstance.check(size: object.size)
            guard let header = try await ObjectHeader.read(object, from: s3) else {
                throw ImportableInstance.Problem.headerTooLong
            }
            instance = try ImportableInstance(header)
        } catch let error as DataSetError {
            throw rejection(ImportableInstance.message(for: error, size: object.size))
        } catch let problem as ImportableInstance.Problem {
            throw rejection(problem.description)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            throw rejection("expected the object that S3's event names, but it is no longer there")
        }

        try await s3.copy(
            bucket: object.bucket, fromKey: object.key, ifMatch: object.quotedETag, size: object.size,
            toKey: BucketLayout.instanceKey(
                delivery, study: instance.studyInstanceUID.value, series: instance.seriesInstanceUID.value,
                instance: instance.sopInstanceUID.value))
        return ImportRequest(
            importId: ImportID(delivery), inputS3Uri: "s3://\(object.bucket)/\(BucketLayout.prefix(of: delivery))",
            outputS3Uri: "\(outputRoot)\(delivery)/", studyInstanceUID: instance.studyInstanceUID.value,
            studyDate: instance.studyDate, seriesInstanceUID: instance.seriesInstanceUID.value,
            sopInstanceUID: instance.sopInstanceUID.value, instanceCount: 1)
    }
}
