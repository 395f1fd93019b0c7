/// An S3 notification as TriggerImport takes it: typed, and of what Amazon documents that which tells an object.
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
