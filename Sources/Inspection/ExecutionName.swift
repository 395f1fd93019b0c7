// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The name of an execution: that of its import; a redrive adds a time to it.
package enum ExecutionName {
    /// The import that an execution works on; `nil` for a name that neither TriggerImport nor a redrive gives.
    package static func importID(of name: String) -> ImportID? {
        if let id = ImportID(name) { return id }
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let stamp = parts.last, isStamp(stamp) else { return nil }
        return ImportID(parts.dropLast().joined(separator: "-"))
    }

    /// `20261124T155319`
    private static func isStamp(_ text: Substring) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count >= 9
            && bytes.enumerated().allSatisfy { index, byte in
                index == 8 ? byte == UInt8(ascii: "T") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}
