/// A small generator with a seed, so that what a test throws at the code can be thrown again.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// Some bytes replaced, and perhaps the end cut off.
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
