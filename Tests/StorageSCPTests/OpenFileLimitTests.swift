import Glibc
import Testing

@testable import StorageSCP

@Suite struct OpenFileLimitTests {
    @Test("The soft limit becomes the hard one")
    func raised() {
        var limit = rlimit()
        let raised = OpenFileLimit.raise()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised == UInt64(limit.rlim_max))
    }
}
