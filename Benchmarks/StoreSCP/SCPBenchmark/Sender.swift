import Glibc

/// A C-STORE SCU of one association: blocking, and no more than is needed.
struct Sender {
    private let descriptor: Int32
    /// The most that the receiver takes in one P-DATA-TF; 0: anything.
    let maximumLength: Int

    init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchmarkError("cannot connect to port \(port): errno \(errno)") }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        try Self.write(Self.request, to: descriptor)
        let answer = try Self.readPDU(descriptor)
        guard answer.first == 2 else { throw BenchmarkError("the association was not accepted") }
        maximumLength = Self.maximumLength(in: answer)
    }

    /// Returns when the response is there.
    func store(_ message: borrowing Message) throws {
        try Self.write(message.bytes, to: descriptor)
        let response = try Self.readPDU(descriptor)
        // (0000,0900) US 0000H.
        let success: [UInt8] = [0, 0, 0, 9, 2, 0, 0, 0, 0, 0]
        let isStored = response.indices.dropLast(success.count).contains {
            response[$0..<$0 + success.count].elementsEqual(success)
        }
        guard isStored else { throw BenchmarkError("an object was not stored") }
    }

    func release() throws {
        try Self.write([5, 0, 0, 0, 0, 4, 0, 0, 0, 0], to: descriptor)
        _ = try Self.readPDU(descriptor)
        close(descriptor)
    }

    /// CT Image Storage in Implicit VR Little Endian on context 3.
    private static let request: [UInt8] = {
        func item(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
            [type, 0, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
        }
        let context = item(
            0x20,
            [3, 0, 0, 0] + item(0x30, Array("1.2.840.10008.5.1.4.1.1.2".utf8))
                + item(0x40, Array("1.2.840.10008.1.2".utf8)))
        let information = item(0x50, item(0x51, [0, 0, 0x40, 0]) + item(0x52, Array("2.25.8".utf8)))
        let body =
            [0, 1, 0, 0] + Array("STORESCP        BENCHMARK       ".utf8) + [UInt8](repeating: 0, count: 32)
            + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8)) + context + information
        return [1, 0, 0, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }()

    private static func maximumLength(in answer: [UInt8]) -> Int {
        let header: [UInt8] = [0x51, 0, 0, 4]
        let offset = answer.indices.dropLast(8).first { answer[$0..<$0 + 4].elementsEqual(header) }
        return offset.map { answer[$0 + 4..<$0 + 8].reduce(0) { $0 << 8 | Int($1) } } ?? 16384
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let chunk = UnsafeRawBufferPointer(rebasing: rest)
                let count = send(descriptor, chunk.baseAddress, chunk.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { throw BenchmarkError("cannot send: errno \(errno)") }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func readPDU(_ descriptor: Int32) throws -> [UInt8] {
        let header = try read(6, from: descriptor)
        return header + (try read(header[2...].reduce(0) { $0 << 8 | Int($1) }, from: descriptor))
    }

    private static func read(_ count: Int, from descriptor: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard count == 0 || recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count else {
            throw BenchmarkError("the connection ended")
        }
        return bytes
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
