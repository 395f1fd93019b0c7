// SPDX-License-Identifier: Apache-2.0

import CMalloc

/// Makes the allocator return memory that was needed only briefly, for example for the manifest of a large delivery.
enum FreedMemory {
    private static let mebibyte: Int32 = 1 << 20

    /// Makes the allocator return blocks of 1 MiB and more to the system. By default it keeps more and more, depending
    /// on how large the blocks were that were freed before.
    static func giveBack() {
        mallopt(M_MMAP_THRESHOLD, mebibyte)
        // With a smaller value, libcurl's buffers would be returned after each PUT and allocated again, page by page,
        // for the next.
        mallopt(M_TRIM_THRESHOLD, 4 * mebibyte)
    }
}
