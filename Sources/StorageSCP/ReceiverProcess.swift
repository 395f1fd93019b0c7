// SPDX-License-Identifier: Apache-2.0

import AWS
import Commitment
import DICOM
import FoundationEssentials
import Glibc
import HTTP
import HealthPort
import ImportPipeline
import Logging
import StructuredLog

/// The receiver's process: reads its settings, serves until SIGTERM or SIGINT, closes its deliveries and ends.
package struct ReceiverProcess: Sendable {
    /// Makes the store for these settings.
    package typealias MakeStore = @Sendable (Configuration, TaskID, Logger) throws -> any InstanceStore

    private let environment = ProcessInfo.processInfo.environment

    package init() {}

    /// Ends the process with status 1 when it cannot run. Without `makeStore` it uses the bucket or the folder of the
    /// settings.
    package func run(makeStore: MakeStore? = nil) async {
        let startLogger = Self.startLogger(environment)
        for setting in UnknownSetting.all(in: environment) {
            startLogger.warning(
                "setting not known, it has no effect",
                metadata: ["setting": "\(setting.name)", "nearest": "\(setting.nearest)"])
        }
        do {
            let configuration = try Configuration(environment: environment)
            let log = LogQueue(format: configuration.logFormat)
            let logger = log.logger(level: configuration.logLevel)
            defer { log.flush(within: Self.flushLimit) }
            let task = TaskID()
            let store = try (makeStore ?? configuredStore)(configuration, task, logger)
            let reporters = PeerReporters(configuration.commitment)
            let commitments = try CommitmentAssembly(
                configuration: configuration, task: task, environment: environment, logger: logger
            ).commitments(store: store, source: reporters)
            let reloading = try RouteReloading(
                configuration.routes, s3: { try routes(configuration, logger) }, logger: logger)
            try await Self.serve(
                configuration, task: task, store: store, commitments: commitments, reporters: reporters,
                routes: reloading, log: log, logger: logger)
        } catch {
            startLogger.critical(
                "the receiver cannot run", error: error,
                metadata: ["hint": "StoreSCP --check looks at every setting, StoreSCP --help lists them"])
            exit(1)
        }
    }

    /// For what is logged before the settings are known to be valid, or because one is not.
    private static func startLogger(_ environment: [String: String]) -> Logger {
        let settings = Settings(environment)
        let format = (try? settings.choice(ReceiverSettings.logFormat)) ?? ReceiverSettings.logFormat.defaultValue
        let level = (try? settings.logLevel(ReceiverSettings.logLevel)) ?? ReceiverSettings.logLevel.defaultValue
        return Logger(label: "StoreSCP") { _ in StructuredLogHandler(format: format, logLevel: level) }
    }

    /// How long the process waits at the end until the last log lines are written.
    private static let flushLimit = Duration.seconds(1)
    /// How long deliveries may take to close after associations have ended.
    private static let closingSeconds = 5

    private static func serve(
        _ configuration: Configuration, task: TaskID, store: any InstanceStore, commitments: Commitments?,
        reporters: PeerReporters, routes: RouteReloading?, log: LogQueue, logger: Logger
    ) async throws {
        let signals = await TerminationSignals()
        FreedMemory.giveBack()
        let openFiles = OpenFileLimit.raise()
        await store.closeDeliveriesOfEndedTasks(logger: logger)
        let core = ReceiverCore(
            configuration: configuration, routes: try await routes?.first(), task: task, store: store,
            commitments: commitments, logger: logger)
        // In a folder, locks show which tasks live, so a receiver is ready without its lease.
        let needsLease = store.startsImports
        let server = try await Server.start(
            configuration: configuration, service: core.storage,
            readiness: ReceiverReadiness { !needsLease || core.holdsLease }, logger: logger)
        var description = server.description
        description["aeTitle"] = "\(configuration.aeTitle)"
        description["storage"] = "\(configuration.storage)"
        description["task"] = "\(task)"
        description["routes"] = "\(core.routing.table.routes.count)"
        description["importUnit"] = "\(configuration.importUnit.rawValue)"
        description["commitment"] = "\(configuration.commitment)"
        description["openFileLimit"] = "\(openFiles)"
        description["libcurl"] = "\(LibcurlVersion.libcurl)"
        description["tls"] = "\(LibcurlVersion.tls)"
        description["zlib"] = "\(ZlibVersion.zlib)"
        let reporter = configuration.metrics(write: log.write).map {
            MetricsReporter(
                metrics: $0, counts: core.counts, associations: core.associations, deliveries: core.deliveries,
                commitments: commitments, task: "\(task)")
        }
        let reporting = Task { await reporter?.run() }
        let reloading = Task { await routes?.keepCurrent(core.routing) }
        let start = StartReport(
            core: core, storage: configuration.storage, description: description, logger: logger)
        let starting = Task { await start.run() }

        await signals.first()
        starting.cancel()
        logger.info("shutting down: no more associations, instances in flight are finished")
        endInAnyCase(after: configuration.drainTimeoutSeconds + closingSeconds, log: log, logger: logger)
        await core.end {
            // A peer that does not answer our report must not keep the process running.
            async let reported: Void = reporters.end()
            await server.drain(releaseGrace: .seconds(5), deadline: .seconds(Int64(configuration.drainTimeoutSeconds)))
            await reported
        }
        await server.stop()
        reporting.cancel()
        reloading.cancel()
        await reporter?.report()
        logger.info("receiver ended")
    }

    /// A store that does not answer must not keep the process running until its container is killed. Nothing is lost:
    /// acknowledged instances are in the store, and so are the open markers of deliveries that were not closed.
    private static func endInAnyCase(after seconds: Int, log: LogQueue, logger: Logger) {
        Task {
            try await Task.sleep(for: .seconds(seconds))
            logger.error(
                "receiver ended before everything was finished: a sweep closes the deliveries that have open markers"
            )
            log.flush(within: flushLimit)
            exit(1)
        }
    }

    private func configuredStore(
        _ configuration: Configuration, _ task: TaskID, _ logger: Logger
    ) throws -> any InstanceStore {
        switch configuration.storage {
        case .directory(let directory):
            return try FolderInstanceStore(
                directory: directory, task: task, isSynchronized: configuration.synchronizesStorage)
        case .bucket(let bucket):
            return try BucketConnections(bucket: bucket, environment: environment, logger: logger).store(
                connections: configuration.maximumPoolConnections,
                documentConnections: configuration.maximumDocumentConnections)
        }
    }

    /// The client for the object that `ROUTES` names. The settings permit one only with a bucket.
    private func routes(_ configuration: Configuration, _ logger: Logger) throws -> S3Client {
        guard case .bucket(let bucket) = configuration.storage else { throw RouteError("an object needs a bucket") }
        return try BucketConnections(bucket: bucket, environment: environment, logger: logger).routes()
    }
}
