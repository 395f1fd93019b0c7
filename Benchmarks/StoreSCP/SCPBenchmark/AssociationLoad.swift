// SPDX-License-Identifier: Apache-2.0

/// The objects that one thread sends.
struct AssociationLoad {
    private(set) var latencies: [Double] = []
    private let workload: Workload
    private let tail: [UInt8]
    private let port: Int
    private var head: Message.Head
    private var sender: Sender?
    private var sent = 0
    /// The start of each outstanding operation, by its message ID.
    private var outstanding: [UInt16: ContinuousClock.Instant] = [:]

    init(_ workload: Workload, _ message: Message, port: Int) {
        self.workload = workload
        self.port = port
        head = message.head
        tail = message.tail
    }

    /// Sends the objects with the numbers that `nextNumber` returns. An object is prepared while the one before it is
    /// being stored.
    mutating func run(_ nextNumber: () -> Int?) throws {
        while let number = nextNumber() {
            let connecting = sender == nil ? ContinuousClock.now : nil
            let sender = try sender ?? Sender(port: port, object: workload.object, window: workload.window)
            self.sender = sender
            sent += 1
            let messageID = UInt16(truncatingIfNeeded: sent)
            head.set(instance: number, study: workload.study(of: number), messageID: messageID)
            if outstanding.count == sender.window { try receive(from: sender) }
            outstanding[messageID] = connecting ?? .now
            try sender.send(head, tail)
            if sent == workload.objectsPerAssociation { try end() }
        }
        try end()
    }

    private mutating func receive(from sender: Sender) throws {
        let messageID = try sender.receiveSuccess()
        guard let start = outstanding.removeValue(forKey: messageID) else {
            throw BenchmarkError("a response to message \(messageID), which is not outstanding")
        }
        latencies.append((ContinuousClock.now - start) / .milliseconds(1))
    }

    private mutating func end() throws {
        guard let sender else { return }
        while !outstanding.isEmpty { try receive(from: sender) }
        try sender.release()
        self.sender = nil
        sent = 0
    }
}
