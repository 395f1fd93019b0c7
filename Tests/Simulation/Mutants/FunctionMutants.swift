// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportIntake
import ImportPipeline

/// A sweep lists the leases before the markers: a task that starts in between has a marker, but no listed lease.
final class LeasesBeforeMarkers: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        private var leases: S3Client.Listing?

        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            if prefix == BucketLayout.openMarkers {
                leases = try await super.list(prefix: BucketLayout.taskLeases, startingAfter: nil, maximum: 1_000)
            }
            if prefix == BucketLayout.taskLeases, let leases { return leases }
            return try await super.list(prefix: prefix, startingAfter: key, maximum: maximum)
        }
    }
}

/// The clock is read after the leases were listed: they look older by the duration of the listing.
final class ClockAfterLeases: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            let clock = network.process.clock
            let before = clock.date
            let listing = try await super.list(prefix: prefix, startingAfter: key, maximum: maximum)
            guard prefix == BucketLayout.taskLeases else { return listing }
            return listing.earlier(by: clock.date.timeIntervalSince(before))
        }
    }
}

/// A task counts as dead as soon as its lease has run out.
final class GoneAfterOneLease: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            let listing = try await super.list(prefix: prefix, startingAfter: key, maximum: maximum)
            return prefix == BucketLayout.taskLeases ? listing.earlier(by: 170) : listing
        }
    }
}

/// A listing ends with its first page.
final class FirstPageOnly: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            var listing = try await super.list(prefix: prefix, startingAfter: key, maximum: min(maximum, 3))
            listing.isComplete = true
            return listing
        }
    }
}

/// A sweep that closes a delivery takes its first study for all its studies.
final class FirstStudyOnly: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            var listing = try await super.list(prefix: prefix, startingAfter: key, maximum: maximum)
            func study(_ object: S3Client.ListedObject) -> Substring {
                object.key.dropFirst(prefix.count).prefix { $0 != "/" }
            }
            if prefix.hasPrefix("2"), let first = listing.objects.first {
                listing.objects.removeAll { study($0) != study(first) }
            }
            return listing
        }
    }
}

/// A marker is removed before its import is started.
final class MarkerBeforeExecution: Mutant {
    override func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        Executions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }

    // Sendable: a run has one thread.
    private final class Executions: SimulatedExecutions, @unchecked Sendable {
        override func start(_ request: ImportRequest) async throws -> ExecutionStart {
            for marker in bucket.allKeys(prefix: BucketLayout.openMarkers)
            where BucketLayout.openMarker(ofKey: marker)?.delivery == request.deliveryId {
                let bucket = bucket
                try await network.send("DELETE", marker) { bucket.remove(marker) }
            }
            return try await super.start(request)
        }
    }
}

/// Only events start the imports of further manifests.
final class FurtherManifestsNotStarted: Mutant {
    override func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        Executions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }

    // Sendable: a run has one thread.
    private final class Executions: SimulatedExecutions, @unchecked Sendable {
        override func start(_ request: ImportRequest) async throws -> ExecutionStart {
            guard network.process.name.hasPrefix("sweep"), request.importId.number > 0 else {
                return try await super.start(request)
            }
            return .alreadyStarted
        }
    }
}

/// Each start has a name of its own.
final class AnotherExecutionName: Mutant {
    override func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        Executions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }

    // Sendable: a run has one thread.
    private final class Executions: SimulatedExecutions, @unchecked Sendable {
        override func start(_ request: ImportRequest) async throws -> ExecutionStart {
            let name = "\(request.importId) of \(network.process.number)"
            return try await network.send("StartExecution", name) { [stateMachine] in
                stateMachine.start(request, name: name)
            }
        }
    }
}

/// The audit is written when the manifest has been.
final class AuditAfterManifest: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        private var audits: [DeliveryID: [UInt8]] = [:]

        override func putDocument(_ body: [UInt8], key: String) async throws {
            guard let delivery = BucketLayout.delivery(ofAuditKey: key) else {
                return try await super.putDocument(body, key: key)
            }
            audits[delivery] = body
        }

        override func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
            let isCreated = try await super.createDocument(body, key: key)
            if let id = BucketLayout.importID(ofManifestKey: key), let audit = audits.removeValue(forKey: id.delivery) {
                try await super.putDocument(audit, key: BucketLayout.auditKey(of: id.delivery))
            }
            return isCreated
        }
    }
}

/// Nobody looks a second time.
final class NoAudit: StoreMutant {
    override func putDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Void
    ) async throws {
        if !key.hasPrefix(BucketLayout.audits) { try await original() }
    }
}

/// A sweep removes a marker before it writes the manifest.
final class SweepRemovesMarkerFirst: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func putDocument(_ body: [UInt8], key: String) async throws {
            if let delivery = BucketLayout.delivery(ofAuditKey: key) {
                for marker in bucket.allKeys(prefix: BucketLayout.openMarkers)
                where BucketLayout.openMarker(ofKey: marker)?.delivery == delivery {
                    try await removeDocument(key: marker)
                }
            }
            try await super.putDocument(body, key: key)
        }
    }
}

extension S3Client.Listing {
    /// Every object looks older.
    fileprivate func earlier(by seconds: TimeInterval) -> S3Client.Listing {
        S3Client.Listing(
            objects: objects.map {
                S3Client.ListedObject(
                    key: $0.key, size: $0.size, lastModified: $0.lastModified.addingTimeInterval(-seconds),
                    eTag: $0.eTag)
            }, isComplete: isComplete)
    }
}
