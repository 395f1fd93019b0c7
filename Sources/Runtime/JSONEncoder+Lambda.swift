// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension JSONEncoder {
    /// Sorts keys and does not escape slashes, so that people can read and compare the output.
    static var lambda: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
