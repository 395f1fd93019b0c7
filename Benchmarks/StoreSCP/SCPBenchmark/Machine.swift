// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Describes the measuring machine in one line.
enum Machine {
    static var line: String {
        let processor = value(of: "model name", in: "/proc/cpuinfo") ?? "unknown processor"
        let release = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        let kernel = release.trimmingCharacters(in: .whitespacesAndNewlines)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let date = Date.now.formatted(.iso8601.year().month().day())
        return "\(cores) cores, \(processor), Linux \(kernel), \(date)"
    }

    private static func value(of key: String, in path: String) -> String? {
        let line = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix(key) }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
