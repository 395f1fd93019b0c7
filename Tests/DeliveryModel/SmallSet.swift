// SPDX-License-Identifier: Apache-2.0

/// A set of the delivery's instances, or of manifest numbers.
struct SmallSet: OptionSet, Equatable {
    var rawValue: UInt8

    func contains(number: Int) -> Bool { rawValue >> number & 1 == 1 }

    mutating func insert(number: Int) { rawValue |= 1 << number }

    mutating func remove(number: Int) { rawValue &= ~(1 << number) }
}

typealias InstanceSet = SmallSet
typealias NumberSet = SmallSet

extension SmallSet: CustomStringConvertible {
    var description: String {
        let numbers = (0..<8).filter { contains(number: $0) }
        return numbers.isEmpty ? "none" : numbers.map { "\($0)" }.joined(separator: "+")
    }
}
