import Glibc

/// A connection of peer A's: a socket, and whatever is written to it.
final class AttackingPeer {
    /// Another address than that of peer B.
    private static let address = Loopback.host + 1

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = try Loopback.connect(port: port, timeoutSeconds: 5, source: Self.address)
    }

    /// Asks for an association for this object, and has it accepted.
    convenience init(port: Int, associatingFor object: StoredObject) throws {
        try self.init(port: port)
        guard write(AssociateRequest(object: object, window: 1).bytes), read() else {
            throw BenchmarkError("the association was not accepted")
        }
    }

    deinit { close(descriptor) }

    /// False: the receiver has closed, or it takes nothing more.
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

    /// Waits for something. False: the receiver has closed, or nothing came for some seconds.
    func read() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) {
            recv(descriptor, $0.baseAddress, $0.count, 0) > 0
        }
    }

    /// Whether the receiver has closed, or sent anything; without waiting.
    var hasAnswer: Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }

    // MARK: PDUs

    static func data(_ fragment: [UInt8], control: UInt8) -> [UInt8] {
        [4, 0] + UInt32(fragment.count + 6).bigEndianBytes + UInt32(fragment.count + 2).bigEndianBytes
            + [Sender.contextID, control] + fragment
    }

    /// The command of a C-STORE, as one PDU.
    static func command(for object: StoredObject) -> [UInt8] {
        let uid = [UInt8](repeating: UInt8(ascii: "1"), count: Message.uidLength)
        return data(Message.command(sopClassUID: object.sopClassUID, instanceUID: uid).bytes, control: 3)
    }

    /// A data set in several PDUs, which need not be whole.
    static func dataSet(_ bytes: [UInt8], isWhole: Bool) -> [UInt8] {
        var pdus: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 64 << 10) {
            let fragment = Array(bytes[start...].prefix(64 << 10))
            pdus += data(fragment, control: isWhole && start + fragment.count == bytes.count ? 2 : 0)
        }
        return pdus
    }
}
