// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// One pass of a workload. A thread for each association sends the next object until no object or no time is left.
struct Load {
    private(set) var seconds = 0.0
    /// Milliseconds of each stored object, from the call of `send` to the response; for the first object of an
    /// association from `connect`.
    private(set) var latencies: [Double] = []

    init(_ workload: Workload, _ message: Message, port: Int, firstNumber: Int, seconds limit: Double) throws {
        let shared = Shared()
        let group = DispatchGroup()
        let start = ContinuousClock.now
        for _ in 0..<workload.associations {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                do {
                    var association = AssociationLoad(workload, message, port: port)
                    try association.run {
                        guard ContinuousClock.now - start < .seconds(limit) else { return nil }
                        return shared.takeNumber(upTo: workload.objects).map { firstNumber + $0 }
                    }
                    shared.latencies.withLock { $0 += association.latencies }
                } catch {
                    shared.failure.withLock { $0 = error }
                }
            }
        }
        group.wait()
        seconds = (ContinuousClock.now - start) / .seconds(1)
        if let error = shared.failure.withLock({ $0 }) { throw error }
        latencies = shared.latencies.withLock { $0 }
    }

    private final class Shared: Sendable {
        let latencies = Mutex<[Double]>([])
        let failure = Mutex<(any Error)?>(nil)
        private let taken = Mutex(0)

        func takeNumber(upTo count: Int) -> Int? {
            taken.withLock { taken in
                guard taken < count else { return nil }
                taken += 1
                return taken
            }
        }
    }
}
