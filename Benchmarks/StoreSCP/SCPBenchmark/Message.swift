/// A C-STORE as the bytes of its PDUs, made once; only the instance's UID changes from one object to the next.
struct Message {
    private static let uidLength = 32

    private(set) var bytes: [UInt8]
    private let uidOffsets: [Int]

    /// The data set has about so many bytes; its PDUs are as long as the receiver takes, up to 128 KiB.
    init(objectBytes: Int, maximumLength: Int) {
        let uid = [UInt8](repeating: UInt8(ascii: "1"), count: Self.uidLength)
        let command = Self.command(uid)
        let dataSet = Self.dataSet(uid, pixels: objectBytes)
        bytes = Self.pdu(control: 3, command[...])
        let room = min(maximumLength == 0 ? 1 << 17 : maximumLength, 1 << 17) - 6
        for start in stride(from: 0, to: dataSet.count, by: room) {
            let fragment = dataSet[start...].prefix(room)
            bytes += Self.pdu(control: fragment.endIndex == dataSet.count ? 2 : 0, fragment)
        }
        // The command's, and the data set's, which stands in its first fragment.
        uidOffsets = Self.offsets(of: uid, in: bytes.prefix(1000))
    }

    /// Names another instance. The UID has the same length always.
    mutating func setInstance(_ number: Int) {
        let digits = Array(String(number).utf8)
        let uid =
            Array("1.2.".utf8) + [UInt8](repeating: UInt8(ascii: "1"), count: Self.uidLength - 4 - digits.count)
            + digits
        for offset in uidOffsets { bytes.replaceSubrange(offset..<offset + Self.uidLength, with: uid) }
    }

    private static func offsets(of uid: [UInt8], in bytes: ArraySlice<UInt8>) -> [Int] {
        bytes.indices.dropLast(uid.count).filter { bytes[$0..<$0 + uid.count].elementsEqual(uid) }
    }

    private static func pdu(control: UInt8, _ fragment: ArraySlice<UInt8>) -> [UInt8] {
        [4, 0] + big32(fragment.count + 6) + big32(fragment.count + 2) + [3, control] + fragment
    }

    private static func command(_ uid: [UInt8]) -> [UInt8] {
        let body =
            element(0, 0x0002, Array("1.2.840.10008.5.1.4.1.1.2\0".utf8)) + element(0, 0x0100, [1, 0])
            + element(0, 0x0110, [7, 0]) + element(0, 0x0700, [0, 0]) + element(0, 0x0800, [0, 0])
            + element(0, 0x1000, uid)
        return element(0, 0, little32(body.count)) + body
    }

    /// Implicit VR Little Endian.
    private static func dataSet(_ uid: [UInt8], pixels: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        let noise = (0..<pixels / 8).flatMap { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return withUnsafeBytes(of: state) { Array($0) }
        }
        return element(8, 0x0016, Array("1.2.840.10008.5.1.4.1.1.2\0".utf8)) + element(8, 0x0018, uid)
            + element(0x10, 0x0020, Array("SYN ".utf8)) + element(0x20, 0x000D, Array("1.2.3.4\0".utf8))
            + element(0x20, 0x000E, Array("1.2.3.5\0".utf8)) + element(0x20, 0x0010, Array("1 ".utf8))
            + element(0x7FE0, 0x0010, noise)
    }

    private static func element(_ group: Int, _ element: Int, _ value: [UInt8]) -> [UInt8] {
        little16(group) + little16(element) + little32(value.count) + value
    }

    private static func big32(_ number: Int) -> [UInt8] { little32(number).reversed() }

    private static func little16(_ number: Int) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8 & 0xFF)] }

    private static func little32(_ number: Int) -> [UInt8] {
        little16(number & 0xFFFF) + little16(number >> 16 & 0xFFFF)
    }
}
