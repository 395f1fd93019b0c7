// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportIntake
import ImportPipeline

/// A study settles without regard to open markers.
final class StudyMarkersIgnored: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        private var count = 0

        override func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
            let listing = try await super.list(prefix: prefix, startingAfter: key, maximum: maximum)
            guard prefix == BucketLayout.openMarkers else { return listing }
            // The first listing is that of the recovery.
            count += 1
            return count > 1 ? S3Client.Listing() : listing
        }
    }
}

/// Of an open delivery only the studies count that its marker names.
final class StudyMarkerOnly: Mutant {
    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        Bucket(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        override func folders(prefix: String) async throws -> [String] { [] }
    }
}

/// A study settles without regard to the executions of its imports.
final class StudyExecutionsIgnored: Mutant {
    override func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        Executions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }

    // Sendable: a run has one thread.
    private final class Executions: SimulatedExecutions, @unchecked Sendable {
        override func state(of name: String) async throws -> ExecutionState { .imported }
    }
}

/// The item of a study is read before the open markers are listed.
final class StudyBeforeMarkers: Mutant {
    override func studies(_ network: Network, _ world: World) -> SimulatedStudies {
        Studies(network: network, table: world.studies)
    }

    // Sendable: a run has one thread.
    private final class Studies: SimulatedStudies, @unchecked Sendable {
        private var known: [StudyName: StudyRecord] = [:]

        override func due(at date: Date, maximum: Int) async throws -> [StudyName] {
            let due = try await super.due(at: date, maximum: maximum)
            for study in due { known[study] = try await super.record(of: study) }
            return due
        }

        override func record(of study: StudyName) async throws -> StudyRecord? { known[study] }
    }
}

/// A sweep closes the item of a study even if an import was added in the meantime.
final class StudyClosedUnconditionally: Mutant {
    override func studies(_ network: Network, _ world: World) -> SimulatedStudies {
        Studies(network: network, table: world.studies)
    }

    // Sendable: a run has one thread.
    private final class Studies: SimulatedStudies, @unchecked Sendable {
        override func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws
            -> StudyWrite
        {
            guard record.due == nil else { return try await super.write(record, instead: known, at: date) }
            return try await network.send("PutItem", "\(record.name)") { [table] in
                table.write(record, instead: table[record.name])
            }
        }
    }
}

/// An import is added to its studies after its open marker was removed.
final class StudyAfterMarker: Mutant {
    /// By the number of the process.
    private var withheld: [Int: [() async throws -> Void]] = [:]

    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        let bucket = Bucket(network: network, bucket: bucket)
        bucket.onMarkerRemoved = { [self] in
            for write in withheld.removeValue(forKey: network.process.number) ?? [] { try await write() }
        }
        return bucket
    }

    override func studies(_ network: Network, _ world: World) -> SimulatedStudies {
        let studies = Studies(network: network, table: world.studies)
        studies.withhold = { [self] delivery, write in
            let hasMarker = world.bucket.allKeys(prefix: BucketLayout.openMarkers).contains {
                BucketLayout.openMarker(ofKey: $0)?.delivery == delivery
            }
            if hasMarker { withheld[network.process.number, default: []].append(write) }
            return hasMarker
        }
        return studies
    }

    // Sendable: a run has one thread.
    private final class Bucket: SimulatedIntakeBucket, @unchecked Sendable {
        var onMarkerRemoved: () async throws -> Void = {}

        override func removeDocument(key: String) async throws {
            try await super.removeDocument(key: key)
            if key.hasPrefix(BucketLayout.openMarkers) { try await onMarkerRemoved() }
        }
    }

    // Sendable: a run has one thread.
    private final class Studies: SimulatedStudies, @unchecked Sendable {
        var withhold: (DeliveryID?, @escaping () async throws -> Void) -> Bool = { _, _ in false }

        override func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws
            -> StudyWrite
        {
            let added = record.imports.subtracting(known?.imports ?? []).first.flatMap { ImportID($0)?.delivery }
            let isWithheld = withhold(added) { _ = try await super.write(record, instead: known, at: date) }
            return isWithheld ? .written : try await super.write(record, instead: known, at: date)
        }
    }
}
