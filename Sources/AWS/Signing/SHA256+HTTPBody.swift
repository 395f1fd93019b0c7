// SPDX-License-Identifier: Apache-2.0

import Digests
import HTTP

extension SHA256 {
    static func hash(_ body: any HTTPBody) -> [UInt8] {
        let hasher = SHA256()
        withUnsafeTemporaryAllocation(byteCount: min(body.count, 64 << 10), alignment: 1) { buffer in
            var offset = 0
            while offset < body.count {
                let count = body.copyBytes(from: offset, into: buffer)
                hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += count
            }
        }
        return hasher.finalize()
    }
}
