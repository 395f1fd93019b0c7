import Foundation
import Glibc

/// Memory that the kernel has at hand for the files that are to be written.
///
/// A virtual machine's host takes away what has not been used for some seconds. To get it again takes longer than all that a
/// receiver does, and whom it meets is chance.
enum WarmMemory {
    /// Half as much again as the largest pass stores.
    private static let bytes = 3 << 29
    private static let sizeOfBlocks = 2 << 20

    static func prepare() {
        // Names of files that were kept break all memory into pieces, and it would take long to fill them. Only root may ask
        // for this.
        for (request, number) in [("drop_caches", "2"), ("compact_memory", "1")] {
            try? number.write(toFile: "/proc/sys/vm/\(request)", atomically: false, encoding: .utf8)
        }
        // Pages are taken from pieces of blocks first. No more than a third of memory: the receiver, and the store, run already.
        let count = min(bytesInPieces + bytes, Int(ProcessInfo.processInfo.physicalMemory) / 3)
        guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return }
        madvise(memory, count, MADV_NOHUGEPAGE)
        madvise(memory, count, MADV_POPULATE_WRITE)
        munmap(memory, count)
    }

    /// `/proc/buddyinfo` has a line for each zone, and in it a number for each power of two.
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
