// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import StorageSCP

@Suite("Open file limit")
struct OpenFileLimitTests {
    @Test("The soft limit is raised to the hard limit")
    func raised() {
        var limit = rlimit()
        let raised = OpenFileLimit.raise()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised == UInt64(limit.rlim_max))
    }
}
