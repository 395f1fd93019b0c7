// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import Logging

/// `ROUTES`. Routes in the setting or in a file are read with the settings; those of an object are read here.
struct RouteCheck {
    let configuration: Configuration
    let environment: [String: String]
    let settings: CheckedSettings

    private var name: String { ReceiverSettings.routes.name }

    func results() async -> [CheckResult] {
        if let unusable = settings.unusable([name, ReceiverSettings.bucket.name]), environment[name]?.isEmpty == false {
            return unusable == name ? [] : [.notChecked(name, because: unusable)]
        }
        guard let source = configuration.routes.source else { return [] }
        do {
            guard let table = try await table() else { return [] }
            return [result(of: table, from: source)]
        } catch {
            return [CheckResult(.failed, name, "\(source): \(error)", remedy: remedy(for: error))]
        }
    }

    private func table() async throws -> RouteTable? {
        guard case .bucket(let bucket) = configuration.storage else { return configuration.routes.table }
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        let reloading = try RouteReloading(
            configuration.routes,
            s3: { try BucketConnections(bucket: bucket, environment: environment, logger: logger).routes() },
            logger: logger)
        let table = try await TimeLimit.wait(BucketCheck.limit) { try await reloading?.first() }
        return table ?? configuration.routes.table
    }

    private func remedy(for error: any Error) -> String {
        switch error {
        case is RouteError: "correct the routes as the message says"
        case is S3ObjectTooLarge: "write fewer or shorter routes"
        // S3 also answers 403 for a key without an object, to those who may not list the bucket.
        case let error as AWSServiceError where [403, 404].contains(error.statusCode):
            "write the routes there, and allow s3:GetObject on it, as template/receiver.yaml does"
        default: StoreAdvice.text(for: error, storage: configuration.storage)
        }
    }

    private func result(of table: RouteTable, from source: RouteSettings.Source) -> CheckResult {
        if let (route, other) = table.unreachable {
            return CheckResult(
                .warning, name, "route \"\(route.name)\" never matches: \"\(other.name)\" before it has no conditions",
                remedy: "move \"\(other.name)\" to the end")
        }
        return CheckResult(.ok, name, "\(table.routes.count) routes, from \(source)")
    }
}
