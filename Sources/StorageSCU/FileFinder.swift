// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finds the files below folders. Links are followed; each file and each folder is visited once, however many names lead
/// to it, so that a loop of links ends.
struct FileFinder {
    /// Folders inside folders.
    static let maximumDepth = 256

    /// Called for each file; the problem says why it cannot be looked at.
    private let found: (String, FileProblem?) -> Void
    private var visited: Set<FileIdentity>

    /// Files in `ignored` are not found.
    init(ignoring ignored: Set<FileIdentity> = [], found: @escaping (String, FileProblem?) -> Void) {
        self.found = found
        visited = ignored
    }

    /// Blocks.
    mutating func find(_ path: String) {
        visit(path, depth: 0)
    }

    private mutating func visit(_ path: String, depth: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else { return found(path, .unreadable(errno: errno)) }
        guard visited.insert(FileIdentity(status)).inserted else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG: found(path, nil)
        case S_IFDIR: visitFolder(path, depth: depth)
        default: found(path, .notARegularFile)
        }
    }

    private mutating func visitFolder(_ path: String, depth: Int) {
        guard depth < Self.maximumDepth else { return found(path, .tooDeep(maximum: Self.maximumDepth)) }
        guard let folder = opendir(path) else { return found(path, .unreadable(errno: errno)) }
        var names: [String] = []
        while let entry = readdir(folder) {
            guard let name = Self.name(of: entry) else {
                found(path + "/?", .nameNotUTF8)
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(folder)
        let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
        for name in names.sorted() { visit(prefix + name, depth: depth + 1) }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
