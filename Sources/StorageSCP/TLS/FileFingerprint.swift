// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The part of a file's status that changes when the file is rewritten or replaced.
struct FileFingerprint: Hashable, Sendable {
    private let device: dev_t
    private let inode: ino_t
    private let size: off_t
    private let seconds: time_t
    private let nanoseconds: Int

    /// `nil` if the file does not exist. Follows links: Kubernetes replaces a secret's file by changing a link.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
        size = status.st_size
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
