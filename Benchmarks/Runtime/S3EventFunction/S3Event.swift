// SPDX-License-Identifier: Apache-2.0

/// A typed S3 notification, with the documented members that identify an object, as TriggerImport reads it.
struct S3Event: Decodable {
    struct Record: Decodable {
        struct Entity: Decodable {
            struct Bucket: Decodable { let name: String }
            struct Object: Decodable {
                let key: String
                let size: Int
                let eTag: String
                let versionId: String?
                let sequencer: String?
            }
            let bucket: Bucket
            let object: Object
        }
        let eventSource: String
        let eventName: String
        let eventTime: String
        let s3: Entity
    }

    let Records: [Record]
}
