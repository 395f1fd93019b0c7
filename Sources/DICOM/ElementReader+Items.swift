// SPDX-License-Identifier: Apache-2.0

/// Sequences and items of defined length that are read inside.
extension ElementReader {
    /// Has the sequence that `next` has just reported read item by item, also where lengths are defined.
    package mutating func readItems() throws(DataSetError) {
        switch state {
        case .value(let header, _):
            guard let length = header.length, header.vr == nil || header.vr == .sq || header.vr == .un else {
                throw .sequenceExpected(header.tag)
            }
            let encoding = header.vr == .un ? ElementEncoding.implicitVRLittleEndian : level.encoding
            state = .header
            try push(
                .sequence, in: place, encoding: encoding, isUnknown: header.vr == .un && level.isExplicitVR,
                length: length)
        case .header where level.kind == .sequence && level.element == place: break
        case .header, .skipping: throw .sequenceExpected(place.tag)
        }
        level.readsItems = true
    }

    /// Everything up to the bound of the level has been read.
    mutating func leave() throws(DataSetError) {
        guard pending.isEmpty, level.end == bytesExamined else { throw .endsOutside(of: level.element.tag) }
        pop()
    }

    /// The length, if that many bytes are left in the items and sequences of defined length that are read inside.
    @inline(__always)
    func lengthInside(_ length: UInt32) throws(DataSetError) -> UInt64 {
        guard UInt64(length) <= level.bound - bytesExamined else { throw .endsOutside(of: level.element.tag) }
        return UInt64(length)
    }
}
