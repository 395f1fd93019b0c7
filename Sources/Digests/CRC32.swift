// SPDX-License-Identifier: Apache-2.0

import CISAL
import FoundationEssentials

/// The CRC-32 of zlib and Ethernet (ISO/IEC/IEEE 8802-3), computed by ISA-L over bytes that arrive piece by piece.
package struct CRC32: Sendable, Equatable {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = crc32_gzip_refl(value, bytes.baseAddress, UInt64(bytes.count))
    }

    /// The four bytes, most significant first, in Base64: the form that S3 takes in `x-amz-checksum-crc32` and reports.
    package var base64: String {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }.base64EncodedString()
    }
}
