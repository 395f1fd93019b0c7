// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// The presentation contexts of one association. PS3.8 §9.3.2.2: their ids are the odd numbers of a byte, so there are
/// at most 128.
package struct ContextPlan: Hashable, Sendable {
    package static let maximumContexts = 128

    private var ids: [ContextKey: UInt8] = [:]
    private var keys: [ContextKey] = []

    package init() {}

    /// False if there is no place left.
    package mutating func add(_ key: ContextKey) -> Bool {
        if ids[key] != nil { return true }
        guard keys.count < Self.maximumContexts else { return false }
        ids[key] = UInt8(2 * keys.count + 1)
        keys.append(key)
        return true
    }

    package func id(of key: ContextKey) -> UInt8? { ids[key] }

    package var proposals: [ProposedPresentationContext] {
        keys.enumerated().map { index, key in
            ProposedPresentationContext(
                id: UInt8(2 * index + 1), abstractSyntax: key.sopClassUID.value,
                transferSyntaxes: [key.transferSyntaxUID.value])
        }
    }
}
