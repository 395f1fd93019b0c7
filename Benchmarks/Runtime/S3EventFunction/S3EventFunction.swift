// SPDX-License-Identifier: Apache-2.0

import LambdaRuntime

/// Shows the cost of the runtime itself: takes a typed S3 event and answers with the object's bucket and size.
@main
struct S3EventFunction: LambdaHandler {
    struct Answer: Encodable {
        let bucket: String
        let size: Int
    }

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: S3Event, context: LambdaContext) async throws -> Answer {
        let entity = event.Records[0].s3
        return Answer(bucket: entity.bucket.name, size: entity.object.size)
    }
}
