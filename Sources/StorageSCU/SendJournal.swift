// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import FoundationEssentials
import Glibc
import Synchronization

/// A file that records which files a peer has stored, so that a repeated command sends only the rest.
///
/// Its first line names the peer. Each further line is one file, written at once after the peer's answer. A process that
/// is killed while it writes leaves a part of a line: it is removed when the journal is opened again. What a crash of
/// the machine takes away is sent again, which does no harm.
package final class SendJournal: Sendable {
    private struct Header: Codable {
        static let kind = "dicomstore send 1"
        var journal = Self.kind
        let peer: String
        let called: String
    }

    private struct Entry: Codable {
        let path: String
        let size: Int64
        let modified: Int64
        let sopInstanceUID: String
    }

    /// The longest journal that is read.
    private static let maximumLength: Int64 = 1 << 30

    private let path: String
    private let descriptor: CInt
    private let stored: [String: FileStamp]
    private let writing = Mutex(())

    /// Opens the journal, or creates it; blocks.
    package init(path: String, peer: Peer) throws(SendJournalError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SendJournalError(path: path, errno: errno) }
        let header = Header(peer: "\(peer)", called: peer.calledAETitle.value)
        do throws(SendJournalError) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw SendJournalError(path: path, problem: "another process uses this journal")
            }
            stored = try Self.load(descriptor, path: path, header: header)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        // A child process that was forked and has not yet begun its program shares the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    package var count: Int { stored.count }

    var identity: FileIdentity? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileIdentity(status) : nil
    }

    /// Whether an earlier run had this file stored.
    package func contains(path: String, stamp: FileStamp) -> Bool {
        stored[Self.absolute(path)] == stamp
    }

    /// Notes that the peer has the file; blocks.
    package func record(_ file: OutgoingFile) throws(SendJournalError) {
        let entry = Entry(
            path: Self.absolute(file.path), size: file.stamp.size, modified: file.stamp.modified,
            sopInstanceUID: file.sopInstanceUID.value)
        let result = writing.withLock { _ in
            Result { () throws(SendJournalError) in try Self.append(entry, to: descriptor, path: path) }
        }
        try result.get()
    }

    // MARK: Reading

    private static func load(
        _ descriptor: CInt, path: String, header: Header
    ) throws(SendJournalError) -> [String: FileStamp] {
        let bytes = try read(descriptor, path: path)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            // Empty, or killed inside the first line.
            guard try line(header, path: path).starts(with: bytes) else { throw notAJournal(path) }
            try truncate(descriptor, to: 0, path: path)
            try append(header, to: descriptor, path: path)
            return [:]
        }
        var lines = bytes[...end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        let decoder = JSONDecoder()
        guard let first = lines.popFirst(), let found = try? decoder.decode(Header.self, from: Data(first)),
            found.journal == Header.kind
        else { throw notAJournal(path) }
        guard found.peer == header.peer, found.called == header.called else {
            throw SendJournalError(
                path: path,
                problem: "it is for \(found.called) at \(found.peer), not for \(header.called) at \(header.peer): "
                    + "use one journal for each receiver")
        }
        try truncate(descriptor, to: end + 1, path: path)
        var stored: [String: FileStamp] = [:]
        for line in lines {
            // A line that a crash of the machine damaged: its file is sent again.
            guard let entry = try? decoder.decode(Entry.self, from: Data(line)) else { continue }
            stored[entry.path] = FileStamp(size: entry.size, modified: entry.modified)
        }
        return stored
    }

    private static func read(_ descriptor: CInt, path: String) throws(SendJournalError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SendJournalError(path: path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw notAJournal(path) }
        guard Int64(status.st_size) <= maximumLength else {
            throw SendJournalError(path: path, problem: "it has more than \(maximumLength) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let result = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return pread(descriptor, rest.baseAddress, rest.count, off_t(count))
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw SendJournalError(path: path, errno: result < 0 ? errno : EIO) }
            count += result
        }
        return bytes
    }

    private static func notAJournal(_ path: String) -> SendJournalError {
        SendJournalError(path: path, problem: "it is not a journal of `dicomstore send`; nothing was written to it")
    }

    // MARK: Writing

    private static func truncate(_ descriptor: CInt, to length: Int, path: String) throws(SendJournalError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw SendJournalError(path: path, errno: errno) }
    }

    /// One call of the system for each line, so that lines are not mixed.
    private static func append(
        _ value: some Encodable, to descriptor: CInt, path: String
    ) throws(SendJournalError) {
        let line = try Self.line(value, path: path)
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count else { throw SendJournalError(path: path, errno: written < 0 ? errno : ENOSPC) }
    }

    private static func line(_ value: some Encodable, path: String) throws(SendJournalError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(value) else { throw SendJournalError(path: path, errno: EINVAL) }
        return Array(line) + [UInt8(ascii: "\n")]
    }

    /// Relative paths would mean other files in another folder.
    private static func absolute(_ path: String) -> String {
        guard path.utf8.first != UInt8(ascii: "/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
