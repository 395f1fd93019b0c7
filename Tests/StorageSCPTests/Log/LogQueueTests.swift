// SPDX-License-Identifier: Apache-2.0

import Eventually
import Synchronization
import Testing

@testable import StorageSCP

@Suite(.timeLimit(.minutes(1))) struct LogQueueTests {
    /// A reader of lines that hangs until `goOn`.
    private final class Reader: Sendable {
        private let lines = Mutex<[String]>([])
        private let gate = ThreadSignal()
        private let isOpen = Atomic(false)

        var read: [String] { lines.withLock { $0 } }

        func take(_ line: [UInt8]) {
            if !isOpen.load(ordering: .acquiring) { gate.wait() }
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }

        func goOn() {
            isOpen.store(true, ordering: .releasing)
            gate.send()
        }
    }

    private let reader = Reader()

    private var dropped: Int {
        reader.read.filter { $0.contains("log lines dropped") }
            .compactMap { $0.firstMatch(of: /"count":"(\d+)"/).flatMap { Int($0.1) } }
            .reduce(0, +)
    }

    @Test(
        "With a reader that hangs, writes return at once, and the number of dropped lines is logged when it continues")
    func hanging() async throws {
        let queue = LogQueue(format: .json) { [reader] in reader.take($0) }
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1023) + [UInt8(ascii: "\n")]
        let fitting = LogQueue.maximumBytes / line.count
        for _ in 0..<fitting + 50 { queue.write(line) }
        queue.flush(within: .zero)
        #expect(reader.read.isEmpty)
        reader.goOn()
        // If the thread started late, the number is logged in parts.
        await eventually("50 lines are reported as dropped") { dropped >= 50 }
        #expect(dropped == 50)
        #expect(reader.read.count { $0.hasPrefix("xx") } == fitting)
    }

    @Test("Lines are written in order, and a flush returns when all are written")
    func order() {
        reader.goOn()
        let queue = LogQueue(format: .text) { [reader] in reader.take($0) }
        let expected = (0..<1000).map { "line \($0)\n" }
        for line in expected { queue.write(Array(line.utf8)) }
        queue.flush(within: .seconds(60))
        #expect(reader.read == expected)
    }
}
