// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The limit on the files and connections that this process may have open at the same time.
enum OpenFileLimit {
    /// Raises the limit to the maximum that the machine allows, and returns it. Containers start with 1024, and the
    /// default number of associations and S3 connections comes close to that.
    static func raise() -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            ? UInt64(limit.rlim_cur) : UInt64(before)
    }
}
