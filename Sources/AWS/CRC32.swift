import CISAL
import FoundationEssentials

/// CRC-32 as zlib and Ethernet have it (ISO/IEC/IEEE 8802-3), by ISA-L, over bytes that come piece by piece.
///
/// S3 verifies it for what is sent with `x-amz-checksum-crc32` and keeps it with the object.
package struct CRC32: Sendable, Equatable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = crc32_gzip_refl(value, bytes.baseAddress, UInt64(bytes.count))
    }

    /// Its four bytes, most significant first, as S3 takes and shows them.
    package var base64: String {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }.base64EncodedString()
    }
}
