// SPDX-License-Identifier: Apache-2.0

import Foundation

extension ForeignProgram {
    package struct NotFound: Error, CustomStringConvertible {
        let name: String
        let mark: String
        /// Programs with this name and another version text.
        let others: [String]

        package var description: String {
            let found = others.isEmpty ? "found none" : "found only \(others.joined(separator: ", "))"
            return "expected a \(name) whose version is \"\(mark)…\" in the PATH or in /usr/bin; \(found)"
        }
    }

    /// This process's `PATH`.
    package static var path: String { ProcessInfo.processInfo.environment["PATH"] ?? "" }

    /// The first program with this name, in `path` or else in `/usr/bin`, whose `--version` contains `mark`. Other
    /// packages have programs with the names of DCMTK's, such as pynetdicom's `storescu` and `echoscu`.
    package static func find(_ name: String, saying mark: String, in path: String) async throws -> String {
        var others: [String] = []
        for folder in path.split(separator: ":").map(String.init) + ["/usr/bin"] where folder.hasPrefix("/") {
            let program = "\(folder)/\(name)"
            guard FileManager.default.isExecutableFile(atPath: program) else { continue }
            if let said = try? await run(program, ["--version"]), said.output.contains(mark) { return program }
            others.append(program)
        }
        throw NotFound(name: name, mark: mark, others: others)
    }
}
