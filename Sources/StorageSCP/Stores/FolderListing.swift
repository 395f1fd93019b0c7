// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The names in a folder, for those to whom an unreadable folder is not an empty one.
enum FolderListing {
    /// Sorted. Empty if there is nothing with this path, or if it is not a folder.
    static func names(in path: String) throws(FileError) -> [String] {
        guard let folder = opendir(path) else {
            guard errno == ENOENT || errno == ENOTDIR else { throw FileError(operation: "opendir", errno: errno) }
            return []
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            // The end of a folder does not set it.
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileError(operation: "readdir", errno: errno) }
        return names.sorted()
    }
}
