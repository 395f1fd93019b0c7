// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// An error in the format of X-Ray, for the value of a header.
struct XRayErrorCause: Encodable {
    private struct Exception: Encodable {
        let type: String
        let message: String
        let stack: [String]
    }

    private let workingDirectory: String
    private let exceptions: [Exception]
    private let paths: [String]

    private enum CodingKeys: String, CodingKey {
        case workingDirectory = "working_directory"
        case exceptions, paths
    }

    /// Lambda accepts 64 KB, and a byte of a message can become six bytes in the header.
    private static let maximumMessageBytes = 8 << 10

    init(_ report: ErrorReport) {
        workingDirectory = FileManager.default.currentDirectoryPath
        let message = report.errorMessage.cut(toBytes: Self.maximumMessageBytes)
        exceptions = [Exception(type: report.errorType, message: message, stack: [])]
        paths = []
    }

    /// JSON in one line, in ASCII only.
    var headerValue: String {
        let json = (try? JSONEncoder.lambda.encode(self)) ?? Data()
        return String(decoding: json, as: UTF8.self).utf16.reduce(into: "") { value, unit in
            // A header must not contain control characters, and JSON does not escape DEL.
            if let scalar = Unicode.Scalar(unit), (0x20..<0x7F).contains(scalar.value) {
                value.unicodeScalars.append(scalar)
            } else {
                let digits = String(unit, radix: 16)
                value += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}
