// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import FoundationEssentials
import HTTP
import ImportPipeline
import Logging

/// Region, credentials and bucket, with the rights that the receiver has in production.
struct BucketCheck: Sendable {
    /// How long the credentials and each request may take.
    static let limit = Duration.seconds(15)
    /// Two attempts: enough for one lost connection, and short enough to wait for.
    private static let retries = RetryPolicy(maximumAttempts: 2, maximumElapsed: .seconds(5))

    let bucket: String
    let environment: [String: String]
    let leaseSeconds: Int

    private var storage: Configuration.Storage { .bucket(bucket) }

    func results() async -> [CheckResult] {
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        do {
            let aws = try AWSConfiguration(environment: environment)
            let region = CheckResult(.ok, "region", aws.region)
            let credentials = await ofCredentials(aws)
            guard credentials.outcome == .ok else {
                return [region, credentials, .notChecked("bucket", because: "credentials")]
            }
            let connections = try BucketConnections(bucket: bucket, environment: environment, logger: logger)
            return [region, credentials] + (await ofBucket(connections.leases(Self.retries)))
        } catch {
            return [
                CheckResult(.failed, "region", "\(error)"), .notChecked("credentials", because: "the region"),
                .notChecked("bucket", because: "the region"),
            ]
        }
    }

    private func ofCredentials(_ aws: AWSConfiguration) async -> CheckResult {
        do {
            let found = try await TimeLimit.wait(Self.limit) {
                try await FoundCredentials(aws, http: HTTPClient(maximumConnections: 1))
            }
            let end = found.expiration.map { "expire at \($0.formatted(.iso8601)); the receiver renews them" }
            return CheckResult(.ok, "credentials", "from \(found.place), \(end ?? "without an end")")
        } catch {
            return CheckResult(
                .failed, "credentials", "\(error)", remedy: StoreAdvice.text(for: error, storage: storage))
        }
    }

    /// Writes and deletes what a receiver writes first and deletes last: a task lease, of a task that does not exist.
    /// It is not read, because the receiver has no right to read there.
    private func ofBucket(_ store: any DocumentStore) async -> [CheckResult] {
        let key = BucketLayout.taskLeaseKey(of: TaskID())
        let lease = TaskLease(seconds: leaseSeconds)
        do {
            try await TimeLimit.wait(Self.limit) {
                try await store.putDocument(try PipelineJSON.encode(lease), key: key)
            }
        } catch {
            return [
                CheckResult(
                    .failed, "bucket", "\(storage): \(error)", remedy: StoreAdvice.text(for: error, storage: storage))
            ]
        }
        let folder = BucketLayout.taskLeases
        do {
            try await TimeLimit.wait(Self.limit) { try await store.removeDocument(key: key) }
            return [CheckResult(.ok, "bucket", "\(storage): wrote an object below \(folder) and deleted it")]
        } catch {
            let right = "s3:DeleteObject on arn:aws:s3:::\(bucket)/\(folder)*"
            return [
                CheckResult(.ok, "bucket", "\(storage): wrote an object below \(folder)"),
                CheckResult(
                    .warning, "bucket", "\(storage): did not delete \(key), which does no harm: \(error)",
                    remedy: "allow \(right), as template/receiver.yaml does"),
            ]
        }
    }
}
