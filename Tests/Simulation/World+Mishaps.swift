// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The faults that hit processes, and when: at any step, and more often at steps where a fault is dangerous.
extension World {
    func befall(_ receiver: SimulatedReceiver) {
        let process = receiver.process
        process.onDeath.append { [self] in
            startReceiver(after: scheduler.duration(from: .seconds(1), to: .seconds(60)))
        }
        if scheduler.chance(faults.receiverDies) { process.plan(afterSteps: steps(to: 300)) { process.die() } }
        if scheduler.chance(faults.receiverDies / 4) { process.plan(afterSteps: steps(to: 300)) { receiver.end() } }
        for _ in 0..<2 {
            let duration = scheduler.duration(
                from: scheduler.chance(0.5) ? .seconds(1) : .seconds(150), to: .seconds(600))
            if scheduler.chance(faults.receiverFreezes) { stop(process, .frozen, atSteps: 300, for: duration) }
            guard scheduler.chance(faults.receiverPauses) else { continue }
            stop(process, .paused, atSteps: 300, for: duration) { [self] in hadPause = true }
        }
    }

    func befall(function process: SimulatedProcess) {
        if scheduler.chance(faults.functionDies) { process.plan(afterSteps: steps(to: 60)) { process.die() } }
        let maximum = scheduler.chance(0.3) ? 60 : 9
        if scheduler.chance(faults.functionFreezes) {
            stop(process, .frozen, atSteps: maximum, for: scheduler.duration(from: .seconds(1), to: .seconds(600)))
        }
        if scheduler.chance(faults.functionPauses) {
            stop(process, .paused, atSteps: maximum, for: scheduler.duration(from: .seconds(60), to: .seconds(600)))
        }
    }

    /// A freeze is most dangerous while an instance is being stored.
    func instanceBegan(in process: SimulatedProcess) {
        guard scheduler.chance(faults.receiverFreezes / 8) else { return }
        stop(process, .frozen, atSteps: 8, for: scheduler.duration(from: .seconds(150), to: .seconds(600)))
    }

    /// A function that is delayed here would take a living task for dead if it read the clock only afterwards.
    func leasesAreListed(by process: SimulatedProcess) {
        guard scheduler.chance(faults.functionFreezes) else { return }
        // After a longer freeze the sweep would have no time left to act.
        stop(process, .frozen, atSteps: 2, for: scheduler.duration(from: .seconds(50), to: .seconds(70)))
    }

    /// A sweep that is delayed here acts on what it read of a study some time ago.
    func studyIsRead(by process: SimulatedProcess) {
        guard scheduler.chance(faults.functionFreezes) else { return }
        stop(process, .frozen, atSteps: 4, for: scheduler.duration(from: .seconds(5), to: .seconds(40)))
    }

    /// A sweep has taken the delivery's task for dead and closes the delivery in its place. If the task is still alive,
    /// goes on acknowledging and dies before it closes the delivery, only the second look imports what it acknowledged.
    func closedInPlace(of delivery: DeliveryID) {
        let markers = bucket.allKeys(prefix: BucketLayout.openMarkers).lazy.compactMap {
            BucketLayout.openMarker(ofKey: $0)
        }
        guard faults.receiverDies > 0, let task = markers.first(where: { $0.delivery == delivery })?.task else {
            return
        }
        doomed.insert(task)
    }

    func endIfDoomed(_ receiver: SimulatedReceiver) {
        guard doomed.contains(receiver.task), scheduler.chance(0.7) else { return }
        receiver.process.plan(afterSteps: steps(to: 10)) { receiver.process.die() }
    }

    private func stop(
        _ process: SimulatedProcess, _ condition: SimulatedProcess.Condition, atSteps maximum: Int,
        for duration: Duration, then: @escaping () -> Void = {}
    ) {
        process.plan(afterSteps: steps(to: maximum)) { [self] in
            guard !scheduler.isCalm else { return }
            then()
            process.stop(condition, for: duration)
        }
    }

    private func steps(to maximum: Int) -> Int {
        Int.random(in: 1...Int.random(in: 1...maximum, using: &scheduler.random), using: &scheduler.random)
    }
}
