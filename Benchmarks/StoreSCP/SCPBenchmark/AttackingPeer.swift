// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection of peer A: a socket on which any bytes can be sent.
final class AttackingPeer {
    /// A different address from peer B's.
    private static let address = Loopback.host + 1

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = try Loopback.connect(port: port, timeoutSeconds: 5, source: Self.address)
    }

    /// Requests an association for this object, and waits until it is accepted.
    convenience init(port: Int, associatingFor object: StoredObject) throws {
        try self.init(port: port)
        guard write(AssociateRequest(object: object, window: 1).bytes), read() else {
            throw BenchmarkError("the association was not accepted")
        }
    }

    deinit { close(descriptor) }

    /// Returns false if the receiver has closed the connection, or does not read any more.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Waits for bytes. Returns false if the receiver has closed the connection, or sent nothing for some seconds.
    func read() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) {
            recv(descriptor, $0.baseAddress, $0.count, 0) > 0
        }
    }

    /// Whether the receiver has closed the connection or sent anything. Does not wait.
    var hasAnswer: Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }

    // MARK: PDUs

    static func data(_ fragment: [UInt8], control: UInt8) -> [UInt8] {
        [4, 0] + UInt32(fragment.count + 6).bigEndianBytes + UInt32(fragment.count + 2).bigEndianBytes
            + [Sender.contextID, control] + fragment
    }

    /// The command set of a C-STORE, as one PDU.
    static func command(for object: StoredObject) -> [UInt8] {
        let uid = [UInt8](repeating: UInt8(ascii: "1"), count: Message.uidLength)
        return data(Message.command(sopClassUID: object.sopClassUID, instanceUID: uid).bytes, control: 3)
    }

    /// A complete or incomplete data set in several PDUs.
    static func dataSet(_ bytes: [UInt8], isWhole: Bool) -> [UInt8] {
        var pdus: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 64 << 10) {
            let fragment = Array(bytes[start...].prefix(64 << 10))
            pdus += data(fragment, control: isWhole && start + fragment.count == bytes.count ? 2 : 0)
        }
        return pdus
    }
}
