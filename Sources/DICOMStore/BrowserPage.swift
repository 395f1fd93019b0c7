// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// A file that leads the default browser to an address with a secret.
///
/// The browser is started with the name of a file that only this user can read: all users of a machine can read the
/// arguments of a process.
struct BrowserPage {
    /// No program opens files here.
    struct Unavailable: Error {}

    private let path: String

    init(url: String, opener: String = "xdg-open") throws {
        let folder = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? "/tmp"
        var template = Array("\(folder)/dicomstore-XXXXXX.html".utf8CString)
        let file = mkstemps(&template, 5)
        guard file >= 0 else { throw Unavailable() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let html =
            "<!doctype html><meta charset=utf-8><title>Console</title><meta http-equiv=refresh content='0;url=\(url)'>\n"
        let written = html.utf8.withContiguousStorageIfAvailable { write(file, $0.baseAddress, $0.count) } ?? -1
        Glibc.close(file)
        guard written == html.utf8.count, Self.start(opener, path) else {
            unlink(path)
            throw Unavailable()
        }
    }

    func remove() { unlink(path) }

    private static func start(_ program: String, _ argument: String) -> Bool {
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(argument), nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawnp(&process, program, nil, nil, &arguments, environ) == 0
    }
}
