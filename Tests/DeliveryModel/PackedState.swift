// SPDX-License-Identifier: Apache-2.0

/// A state in 128 bits, because millions of states are kept.
struct PackedState: Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    var hash: Int {
        var mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 31
        mixed = mixed &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: mixed ^ (mixed >> 29))
    }
}

/// Visits the fields of a state, in the order that packing and unpacking share.
protocol FieldCoder {
    mutating func code(_ field: inout UInt8, bits: Int)
}

extension FieldCoder {
    @inline(__always)
    mutating func code(_ field: inout Bool) {
        var value: UInt8 = field ? 1 : 0
        code(&value, bits: 1)
        field = value == 1
    }

    @inline(__always)
    mutating func code<Field: RawRepresentable<UInt8>>(_ field: inout Field, bits: Int) {
        var value = field.rawValue
        code(&value, bits: bits)
        guard let decoded = Field(rawValue: value) else { preconditionFailure("\(value) is not a \(Field.self)") }
        field = decoded
    }
}

struct Packer: FieldCoder {
    private(set) var packed = PackedState()
    private var position = 0

    @inline(__always)
    mutating func code(_ field: inout UInt8, bits: Int) {
        precondition(field >> bits == 0, "\(field) does not fit into \(bits) bits")
        if position < 64, position + bits > 64 { position = 64 }
        if position < 64 {
            packed.low |= UInt64(field) << position
        } else {
            packed.high |= UInt64(field) << (position - 64)
        }
        position += bits
        precondition(position <= 128, "a state does not fit into 128 bits")
    }
}

struct Unpacker: FieldCoder {
    let packed: PackedState
    private var position = 0

    init(_ packed: PackedState) {
        self.packed = packed
    }

    @inline(__always)
    mutating func code(_ field: inout UInt8, bits: Int) {
        if position < 64, position + bits > 64 { position = 64 }
        let word = position < 64 ? packed.low >> position : packed.high >> (position - 64)
        field = UInt8(truncatingIfNeeded: word) & (1 << bits - 1)
        position += bits
    }
}
