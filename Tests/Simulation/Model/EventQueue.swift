// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// S3's events for manifests and for the inbox: late, twice, or not at all. If the function fails, the event is
/// delivered again, three times in total.
final class EventQueue {
    private static let maximumReceives = 3

    private let scheduler: Scheduler
    var faults: () -> Faults = { .none }
    /// Runs a function for the event, which calls `done` with whether it succeeded.
    var onEvent: (CreatedObject, _ done: @escaping (Bool) -> Void) -> Void = { _, _ in }

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    func created(_ key: String, _ object: ModelledBucket.Object) {
        guard key.hasPrefix(BucketLayout.manifests) || key.hasPrefix(BucketLayout.inbox) else { return }
        let event = CreatedObject(bucket: ModelledBucket.name, key: key, eTag: object.eTag)
        guard !scheduler.chance(faults().eventLost) else { return scheduler.note("event is lost", key) }
        deliver(event, receives: 1)
        if scheduler.chance(faults().eventDoubled) { deliver(event, receives: 1) }
    }

    private func deliver(_ event: CreatedObject, receives: Int) {
        let longest: Duration = scheduler.chance(faults().eventSlow) ? .seconds(1500) : .seconds(1)
        scheduler.after(scheduler.duration(from: .milliseconds(100), to: longest)) { [self] in
            scheduler.note("event", event.key)
            onEvent(event) { [self] isDone in
                if !isDone, receives < Self.maximumReceives { deliver(event, receives: receives + 1) }
            }
        }
    }
}
