import CMalloc

/// What the allocator does with memory that was needed for a moment, such as for the manifest of a large delivery.
enum FreedMemory {
    private static let mebibyte: Int32 = 1 << 20

    /// Has it give back to the system whatever is this large. By itself it keeps more, the larger what was freed before.
    static func giveBack() {
        mallopt(M_MMAP_THRESHOLD, mebibyte)
        // With less, libcurl's buffers would go back after each PUT, and be had anew, page by page, for the next.
        mallopt(M_TRIM_THRESHOLD, 4 * mebibyte)
    }
}
