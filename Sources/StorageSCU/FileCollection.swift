// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOPosix

/// The files to be sent, found below paths and looked at; those that cannot be sent, and those that a journal has.
package struct FileCollection: Sendable {
    /// A file takes some 300 bytes of memory until it is sent.
    package static let maximumFiles = 10_000_000

    package private(set) var files: [OutgoingFile] = []
    /// Files that are not sent, with the reason.
    package private(set) var results: [FileResult] = []
    /// Whether there were more files than the maximum; the rest was not looked at.
    package private(set) var isIncomplete = false

    /// Finds and reads on a thread that may block. `found` is told after each file how many there are.
    package init(paths: [String], journal: SendJournal?, found: @escaping @Sendable (Int) -> Void) async throws {
        self = try await NIOThreadPool.singleton.runIfActive {
            var collection = FileCollection()
            collection.collect(paths, journal, found)
            return collection
        }
    }

    private init() {}

    private mutating func collect(_ paths: [String], _ journal: SendJournal?, _ found: (Int) -> Void) {
        withoutActuallyEscaping(found) { found in
            var files: [OutgoingFile] = []
            var results: [FileResult] = []
            var isIncomplete = false
            // A journal in the folder is not one of the files.
            var finder = FileFinder(ignoring: Set([journal?.identity].compactMap { $0 })) { path, problem in
                guard files.count + results.count < Self.maximumFiles else {
                    isIncomplete = true
                    return
                }
                if let problem {
                    results.append(FileResult(path: path, outcome: .unusable(problem)))
                } else if let journal, let stamp = Self.stamp(of: path), journal.contains(path: path, stamp: stamp) {
                    results.append(FileResult(path: path, outcome: .storedBefore))
                } else {
                    do throws(FileProblem) {
                        files.append(try OutgoingFile(reading: path))
                    } catch {
                        results.append(FileResult(path: path, outcome: .unusable(error)))
                    }
                }
                found(files.count + results.count)
            }
            for path in paths { finder.find(path) }
            (self.files, self.results, self.isIncomplete) = (files, results, isIncomplete)
        }
    }

    private static func stamp(of path: String) -> FileStamp? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStamp(status) : nil
    }
}
