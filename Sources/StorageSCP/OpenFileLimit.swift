import Glibc

/// How many files and connections this process may have open at once.
enum OpenFileLimit {
    /// Raises it to what the machine allows, and returns it: containers begin with 1024, which the default number of
    /// associations and connections to S3 come near.
    static func raise() -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            ? UInt64(limit.rlim_cur) : UInt64(before)
    }
}
