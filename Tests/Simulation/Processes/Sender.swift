// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// Sends some instances of a study. It repeats each instance until it is acknowledged, at most three times.
// Sendable: a run has one thread.
final class Sender: @unchecked Sendable {
    private enum Answer {
        case outcome(OperationOutcome)
        case none
    }

    private static let patience = Duration.seconds(100)

    private let world: World
    private let callingAETitle: String
    private let calledAETitle: String
    private let instances: [SentInstance]
    /// Keeps a delivery open for a long time, like a modality that sends while it acquires.
    private let isSlow: Bool
    private var connection: (receiver: SimulatedReceiver, association: SimulatedAssociation)?
    private var scheduler: Scheduler { world.scheduler }

    init(
        world: World, callingAETitle: String, calledAETitle: String, instances: [SentInstance], isSlow: Bool
    ) {
        self.isSlow = isSlow
        self.world = world
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.instances = instances
    }

    func run() async {
        await pause(to: .seconds(120))
        for instance in instances {
            for _ in 0..<4 {
                let answer = await send(instance)
                if case .outcome(let outcome) = answer, outcome.status == .success { break }
                await pause(to: .seconds(60))
            }
            await pause(from: isSlow ? .seconds(20) : .milliseconds(10), to: isSlow ? .seconds(120) : .seconds(5))
            if !isSlow, scheduler.chance(0.3) { disconnect() }
        }
        disconnect()
    }

    private func pause(from shortest: Duration = .milliseconds(10), to longest: Duration) async {
        try? await world.director.clock.sleep(for: scheduler.duration(from: shortest, to: longest))
    }

    private func send(_ instance: SentInstance) async -> Answer {
        guard let (receiver, association) = await connect() else { return .none }
        let pause = scheduler.duration(
            from: .milliseconds(1), to: scheduler.chance(0.1) ? .seconds(60) : .milliseconds(100))
        let answer = await world.ask(receiver.process, within: Self.patience) { answer in
            association.store(instance, pause: pause) { outcome in
                answer(self.scheduler.chance(self.world.faults.answerLost) ? .none : .outcome(outcome))
            }
        } orElse: {
            Answer.none
        }
        if case .none = answer { disconnect() }
        return answer
    }

    private func connect() async -> (SimulatedReceiver, SimulatedAssociation)? {
        if let connection, !connection.association.hasEnded, !connection.receiver.process.isOver { return connection }
        connection = nil
        guard let receiver = world.receiver() else { return nil }
        let id = world.makeAssociationID()
        let association = await world.ask(receiver.process, within: Self.patience) { answer in
            answer(
                receiver.associate(id: id, callingAETitle: self.callingAETitle, calledAETitle: self.calledAETitle))
        } orElse: {
            nil
        }
        guard let association else { return nil }
        connection = (receiver, association)
        return connection
    }

    private func disconnect() {
        guard let (receiver, association) = connection else { return }
        connection = nil
        guard !receiver.process.isOver else { return }
        receiver.process.perform { association.end() }
    }
}
