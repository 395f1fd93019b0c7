// SPDX-License-Identifier: Apache-2.0

/// What happened in a run: a hash of everything, and the lines if they are to be printed.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private let isPrinted: Bool

    init(isPrinted: Bool) {
        self.isPrinted = isPrinted
    }

    /// FNV-1a.
    mutating func add(_ number: Int) {
        hash = (hash ^ UInt64(truncatingIfNeeded: number)) &* 0x100_0000_01B3
    }

    mutating func add(_ what: StaticString, _ subject: String, at time: Duration, by name: String) {
        what.withUTF8Buffer { for byte in $0 { add(Int(byte)) } }
        for byte in subject.utf8 { add(Int(byte)) }
        guard isPrinted else { return }
        let milliseconds = String(Int(time / .milliseconds(1)) % 1000 + 1000).dropFirst()
        print("\(time.components.seconds).\(milliseconds)  \(name)  \(what)  \(subject)")
    }
}
