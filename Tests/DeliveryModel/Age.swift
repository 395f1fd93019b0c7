// SPDX-License-Identifier: Apache-2.0

/// How long ago an object was written, in ticks.
struct Age: RawRepresentable, Equatable {
    static let none = Age(rawValue: 0)
    static let new = Age(ticks: 0)

    var rawValue: UInt8

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(ticks: UInt8) {
        rawValue = ticks + 1
    }

    /// `nil` if there is no object.
    var ticks: UInt8? { rawValue == 0 ? nil : rawValue - 1 }

    mutating func grow(atMost limit: Int) {
        if let ticks, ticks < limit { rawValue += 1 }
    }
}
