// SPDX-License-Identifier: Apache-2.0

import SeededRandom

extension [UInt8] {
    /// The bytes with some of them replaced and, in half of the cases, the end cut off.
    package func damaged(_ generator: inout SplitMix64) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let values: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, .random(in: 0...255, using: &generator)]
            let position = Int.random(in: bytes.indices, using: &generator)
            bytes[position] = values[.random(in: values.indices, using: &generator)]
        }
        return Bool.random(using: &generator)
            ? bytes : Array(bytes.prefix(.random(in: 0...bytes.count, using: &generator)))
    }
}
