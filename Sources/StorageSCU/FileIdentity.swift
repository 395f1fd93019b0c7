// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which file it is, whatever its names are.
struct FileIdentity: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
