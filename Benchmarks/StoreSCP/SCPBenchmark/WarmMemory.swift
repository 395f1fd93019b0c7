// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Ensures that the kernel has free memory for the files that will be written.
///
/// The host of a virtual machine takes back memory that was not used for some seconds. To get it again takes longer
/// than all the work of a receiver, and would affect receivers by chance.
enum WarmMemory {
    /// One and a half times what the largest pass stores.
    private static let bytes = 3 << 29
    private static let sizeOfBlocks = 2 << 20

    static func prepare() {
        // The kernel's cache of the kept files' names splits memory into small pieces, which take long to fill. Only
        // root may write these files.
        for (request, number) in [("drop_caches", "2"), ("compact_memory", "1")] {
            try? number.write(toFile: "/proc/sys/vm/\(request)", atomically: false, encoding: .utf8)
        }
        // The kernel uses pages of split blocks first. No more than a third of the memory is filled, because the
        // receiver and the store already run.
        let count = min(bytesInPieces + bytes, Int(ProcessInfo.processInfo.physicalMemory) / 3)
        guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return }
        madvise(memory, count, MADV_NOHUGEPAGE)
        madvise(memory, count, MADV_POPULATE_WRITE)
        munmap(memory, count)
    }

    /// `/proc/buddyinfo` has a line for each zone, with the number of free blocks for each power of two.
    private static var bytesInPieces: Int {
        guard let zones = try? String(contentsOfFile: "/proc/buddyinfo", encoding: .utf8) else { return 0 }
        let pageSize = Int(sysconf(CInt(_SC_PAGESIZE)))
        let pieces = zones.split(separator: "\n").flatMap { zone in
            zone.split(separator: " ").dropFirst(4).enumerated().map { order, count in
                (size: pageSize << order, count: Int(count) ?? 0)
            }
        }
        return pieces.filter { $0.size < sizeOfBlocks }.reduce(0) { $0 + $1.size * $1.count }
    }
}
