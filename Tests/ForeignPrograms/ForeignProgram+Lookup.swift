import Foundation

extension ForeignProgram {
    package struct NotFound: Error, CustomStringConvertible {
        let name: String
        let mark: String
        /// Those of this name that did not say it.
        let others: [String]

        package var description: String {
            let found = others.isEmpty ? "found none" : "found only \(others.joined(separator: ", "))"
            return "expected in the PATH or in /usr/bin a \(name) whose version is \"\(mark)…\"; \(found)"
        }
    }

    /// This process's.
    package static var path: String { ProcessInfo.processInfo.environment["PATH"] ?? "" }

    /// The first of its name, in `path` or else in Debian's folder, whose `--version` says `mark`: others have the names of
    /// DCMTK's programs too, pynetdicom's `storescu` and `echoscu` among them.
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
