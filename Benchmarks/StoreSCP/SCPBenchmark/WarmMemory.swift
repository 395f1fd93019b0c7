import Foundation
import Glibc

/// Memory that the kernel has at hand for the files that are to be written.
///
/// A virtual machine gives what it has freed back to its host after some seconds. To get it again takes longer than all that
/// a receiver does, and whom it meets is chance.
enum WarmMemory {
    /// Half as much again as the largest pass stores.
    private static let bytes = 3 << 29

    static func prepare() {
        let count = min(bytes, Int(ProcessInfo.processInfo.physicalMemory) / 8)
        let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
        if memory != MAP_FAILED { munmap(memory, count) }
    }
}
