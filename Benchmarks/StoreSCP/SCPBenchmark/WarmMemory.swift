import Foundation
import Glibc

/// Memory that the kernel has at hand for the files that are to be written.
///
/// A virtual machine gives what it has freed back to its host after some seconds. To get it again takes longer than all that
/// a receiver does, and whom it meets is chance: small pieces are never given back, so that it is those who write much at once.
enum WarmMemory {
    /// Half as much again as the largest pass stores.
    private static let bytes = 3 << 29

    static func prepare() {
        let count = min(bytes, Int(ProcessInfo.processInfo.physicalMemory) / 8)
        guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return }
        // In small pages it would be the small pieces that are filled.
        madvise(memory, count, MADV_HUGEPAGE)
        madvise(memory, count, MADV_POPULATE_WRITE)
        munmap(memory, count)
    }
}
