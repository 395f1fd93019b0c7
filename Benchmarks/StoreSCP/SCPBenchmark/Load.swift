import Foundation
import Synchronization

/// One pass of a workload: a thread for each association, which takes the next object until there is none or the time is over.
struct Load {
    private(set) var seconds = 0.0
    /// Of each object that was stored, from the call of `send` (`connect`, for the first of an association) to the response.
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
