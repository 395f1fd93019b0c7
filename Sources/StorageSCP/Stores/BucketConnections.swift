// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import Commitment
import HTTP
import ImportPipeline
import Logging

/// The receiver's connections to its bucket. They share region, endpoint and credentials.
struct BucketConnections: Sendable {
    /// For the lease: one connection, and a second one for when the first does not answer.
    private static let ofLeases = 2
    /// One for each transaction that is worked on or taken.
    private static let ofCommitments = CommitmentLimits.maximumWorkers + CommitmentLimits.maximumTakes
    private static let ofRoutes = 1
    /// Credentials are fetched one request at a time.
    private static let ofCredentials = 1

    private let bucket: String
    private let aws: AWSConfiguration
    private let credentials: CredentialsProvider
    private let logger: Logger

    init(bucket: String, environment: [String: String], logger: Logger) throws(AWSConfigurationError) {
        self.bucket = bucket
        self.logger = logger
        aws = try AWSConfiguration(environment: environment)
        credentials = CredentialsProvider(aws, http: HTTPClient(maximumConnections: Self.ofCredentials))
    }

    /// The store of the task lease.
    func leases(_ retryPolicy: RetryPolicy = .standard) -> S3DocumentStore {
        S3DocumentStore(s3: s3(connections: Self.ofLeases, retryPolicy), bucket: bucket)
    }

    func store(connections: Int, documentConnections: Int) -> S3InstanceStore {
        let documents = s3(connections: documentConnections, .senderWaits)
        return S3InstanceStore(
            instances: s3(connections: connections, .senderWaits),
            documents: S3DocumentStore(s3: documents, bucket: bucket), leases: leases(), bucket: bucket)
    }

    /// For storage commitment: it delays no instances, and they do not delay it.
    func ofCommitments(_ retryPolicy: RetryPolicy = .standard) -> (client: AWSClient, documents: any DocumentStore) {
        let client = client(connections: Self.ofCommitments, retryPolicy)
        return (client, S3DocumentStore(s3: S3Client(client: client), bucket: bucket))
    }
    /// For the object that `ROUTES` names: it is read once in a while.
    func routes() -> S3Client { s3(connections: Self.ofRoutes, .standard) }

    private func s3(connections: Int, _ retryPolicy: RetryPolicy) -> S3Client {
        S3Client(client: client(connections: connections, retryPolicy))
    }

    private func client(connections: Int, _ retryPolicy: RetryPolicy) -> AWSClient {
        AWSClient(
            configuration: aws, credentials: credentials, http: HTTPClient(maximumConnections: connections),
            retryPolicy: retryPolicy, logger: logger)
    }
}
