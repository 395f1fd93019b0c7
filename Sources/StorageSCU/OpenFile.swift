// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A regular file that is open for reading until the last reference to it is gone. Its calls block.
final class OpenFile: Sendable {
    private let descriptor: CInt
    let stamp: FileStamp

    /// Does not wait for the writer of a pipe.
    init(path: String) throws(FileProblem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notARegularFile
        }
        stamp = FileStamp(status)
    }

    deinit {
        close(descriptor)
    }

    /// The number of bytes read into the buffer; fewer than it holds only at the end of the file.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(FileProblem) -> Int {
        var count = 0
        while count < buffer.count {
            let result = pread(
                descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(offset) + off_t(count))
            if result < 0, errno == EINTR { continue }
            guard result >= 0 else { throw .unreadable(errno: errno) }
            guard result > 0 else { break }
            count += result
        }
        return count
    }

    /// The file's present size and time.
    func currentStamp() throws(FileProblem) -> FileStamp {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
        return FileStamp(status)
    }
}
