// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The folder for instances, without leaving anything in it.
struct FolderCheck {
    /// With less free space, a warning.
    private static let minimumFreeBytes: UInt64 = 1 << 30

    let path: String

    func results() -> [CheckResult] {
        guard access(path, F_OK) == 0 else { return [ofMissing()] }
        do {
            return [try ofExisting(), ofSpace()].compactMap { $0 }
        } catch {
            return [failed("\(error)")]
        }
    }

    private var setting: String { ReceiverSettings.storageDirectory.name }

    private func failed(_ reason: String) -> CheckResult {
        CheckResult(
            .failed, setting, "\(path) cannot be used: \(reason)",
            remedy: "name another folder, or let this user (\(geteuid())) write there; or set DICOM_BUCKET")
    }

    /// The receiver makes the folder and those above it.
    private func ofMissing() -> CheckResult {
        var parent = path
        repeat { parent = OpenFolders.split(parent).folder } while !parent.isEmpty && access(parent, F_OK) != 0
        let existing = parent.isEmpty ? "/" : parent
        do {
            _ = try OpenFolder(path: existing)
        } catch {
            return failed("\(existing): \(error)")
        }
        guard access(existing, W_OK | X_OK) == 0 else {
            return failed("\(existing): \(String(cString: strerror(errno)))")
        }
        return CheckResult(.ok, setting, "\(path) does not exist; the receiver makes it when it starts")
    }

    private func ofExisting() throws(FileError) -> CheckResult {
        let folder = try OpenFolder(path: path)
        let name = ".check-\(getpid())"
        let file = try folder.create(name)
        defer {
            close(file)
            folder.remove(name)
        }
        guard fsync(file) == 0 else { throw FileError(operation: "fsync", errno: errno) }
        guard folder.lock(waits: false) || errno == EWOULDBLOCK else {
            return CheckResult(
                .warning, setting, "\(path) can be written, but has no locks: \(String(cString: strerror(errno)))",
                remedy: "use a file system with flock, or never let two receivers share the folder")
        }
        return CheckResult(.ok, setting, "\(path) exists, can be written, and has locks")
    }

    /// `nil` if there is enough.
    private func ofSpace() -> CheckResult? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        guard free < Self.minimumFreeBytes else { return nil }
        return CheckResult(
            .warning, setting, "\(free >> 20) MiB are free on its disk", remedy: "make room, or name another folder")
    }
}
