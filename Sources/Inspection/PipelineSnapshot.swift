// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import FoundationEssentials
import ImportPipeline

/// What was read of the pipeline at one time. Everything that is said about imports follows from it.
package struct PipelineSnapshot: Sendable {
    /// An open marker. Its document is `nil` if it was not read.
    package struct Marker: Sendable, Equatable {
        package var task: TaskID
        package var delivery: DeliveryID
        package var writtenAt: Date
        package var document: OpenDelivery?
        /// Whether it was read and breaks a rule, so that no sweep can close the delivery.
        package var isUnusable = false
        /// What is stored below the delivery's prefix; `nil` if it was not listed.
        package var stored: Stored?

        package init(task: TaskID, delivery: DeliveryID, writtenAt: Date) {
            self.task = task
            self.delivery = delivery
            self.writtenAt = writtenAt
        }
    }

    package struct Stored: Sendable, Equatable {
        package var instances: Int
        package var bytes: Int
        package var studies: Int
        package var latest: Date?

        package init(instances: Int, bytes: Int, studies: Int, latest: Date?) {
            self.instances = instances
            self.bytes = bytes
            self.studies = studies
            self.latest = latest
        }
    }

    /// A task lease. `seconds` is `nil` if it cannot be read: the task then counts as alive.
    package struct Lease: Sendable, Equatable {
        package var task: TaskID
        package var writtenAt: Date
        package var seconds: Int?

        package init(task: TaskID, writtenAt: Date, seconds: Int?) {
            self.task = task
            self.writtenAt = writtenAt
            self.seconds = seconds
        }
    }

    /// A manifest. `facts` is `nil` if it was not read.
    package struct Manifest: Sendable, Equatable {
        package var id: ImportID
        package var writtenAt: Date
        package var facts: ManifestFacts?

        package init(id: ImportID, writtenAt: Date, facts: ManifestFacts? = nil) {
            self.id = id
            self.writtenAt = writtenAt
            self.facts = facts
        }
    }

    package var at: Date
    package var stack: String
    /// Where a delivery goes that names none.
    package var datastoreID: String?
    package var markers: [Marker] = []
    package var leases: [TaskID: Lease] = [:]
    package var manifests: [Manifest] = []
    package var items: [JobItem] = []
    package var executions: [StepFunctionsClient.Execution] = []
    package var queues: [PipelineStatus.Queue] = []
    /// The time between two sweeps.
    package var sweepSeconds = 300.0
    /// What recent jobs took in each data store, by the documents that CheckStatus keeps.
    package var recentJobSeconds: [String: Double] = [:]
    /// What has more than one reading takes, as words for people.
    package var incomplete: [String] = []

    package init(at: Date, stack: String) {
        self.at = at
        self.stack = stack
    }

    /// How a task is, by its lease.
    enum TaskState: Equatable {
        case alive(renewed: Date)
        /// Its lease is too old: when it stopped being valid.
        case silent(since: Date)
        /// It has no lease: it has ended, or was never able to write one.
        case gone
    }

    func state(of task: TaskID) -> TaskState {
        guard let lease = leases[task] else { return .gone }
        guard let seconds = lease.seconds else { return .alive(renewed: lease.writtenAt) }
        let end = lease.writtenAt.addingTimeInterval(Double(TaskLease(seconds: seconds).secondsUntilGone))
        return end < at ? .silent(since: end) : .alive(renewed: lease.writtenAt)
    }

    func queue(_ name: String) -> PipelineStatus.Queue? { queues.first { $0.name == name } }
}

/// What is kept of a manifest that was read.
package struct ManifestFacts: Sendable, Equatable {
    package var callingAETitle: String
    package var calledAETitle: String
    package var route: String?
    /// `nil`: the pipeline's default.
    package var datastoreId: String?
    package var task: TaskID
    package var openedAt: Date
    package var closedAt: Date
    package var closeReason: DeliveryManifest.CloseReason
    /// `nil` if it has several.
    package var studyInstanceUID: String?
    package var studyCount: Int
    package var instanceCount: Int
    package var byteCount: Int

    package init(_ manifest: DeliveryManifest) {
        let instances = manifest.instances
        callingAETitle = manifest.callingAETitle
        calledAETitle = manifest.calledAETitle
        route = manifest.route
        datastoreId = manifest.datastoreId
        task = manifest.task
        openedAt = manifest.openedAt
        closedAt = manifest.closedAt
        closeReason = manifest.closeReason
        studyInstanceUID = manifest.studies.count == 1 ? manifest.studies.first?.studyInstanceUID : nil
        studyCount = manifest.studies.count
        instanceCount = instances.count
        // Each size is at most 10 GB, and a manifest of at most 8 MiB has too few of them to overflow.
        byteCount = instances.reduce(0) { $0 + $1.size }
    }
}
