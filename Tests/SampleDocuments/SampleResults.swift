// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// Lines about single files, as HealthImaging writes them.
package enum SampleResults {
    /// A line that cannot be read: AWS's own sample.
    package static let unreadable =
        #"{"inputFile":"x.dcm","importResponse":{"imageSetId":"1","imageSetVersion":1,"isPrimary": True}}"#

    package static func lines(_ keys: [String], _ line: (String) -> String) -> [UInt8] {
        Array(keys.map { line($0) + "\n" }.joined().utf8)
    }

    package static func imported(_ key: String, isPrimary: Bool = true) -> String {
        #"{"inputFile":"\#(key)","importResponse":{"imageSetId":"1","isPrimary":\#(isPrimary)}}"#
    }

    package static func warned(_ key: String, code: Int = 45_570, message: String = "no") -> String {
        let warning = #"{"warning_reason_code":\#(code),"type":"INVALID_UID","message":"\#(message)"}"#
        return #"{"inputFile":"\#(key)","importResponse":{"imageSetId":"1","isPrimary":true,"warnings":[\#(warning)]}}"#
    }

    package static func failed(_ key: String, type: String = "ValidationException", message: String = "no") -> String {
        #"{"inputFile":"\#(key)","exception":{"exceptionType":"\#(type)","message":"\#(message)"}}"#
    }

    /// The results that the lines of each folder give.
    package static func results(success: [String] = [], warning: [String] = [], failure: [String] = []) -> JobResults {
        var results = JobResults()
        for (lines, folder) in [(failure, JobResults.Folder.failure), (warning, .warning), (success, .success)] {
            results.add(self.lines(lines) { $0 }, of: "\(folder.rawValue)/1.ndjson", in: folder)
        }
        return results
    }
}
