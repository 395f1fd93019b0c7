// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// Prints a value as JSON on one line: names in order, times in ISO 8601.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        Terminal.write(String(decoding: try PipelineJSON.encode(value), as: UTF8.self) + "\n")
    }
}
