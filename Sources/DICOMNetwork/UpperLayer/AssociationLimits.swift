// SPDX-License-Identifier: Apache-2.0

/// How much a peer may make an association hold. Each limit is checked before anything is buffered.
package struct AssociationLimits: Hashable, Sendable {
    /// The longest A-ASSOCIATE PDU. 128 contexts that each propose every registered transfer syntax need about 260 KB,
    /// and some senders propose private transfer syntaxes too.
    package var maximumAssociatePDULength: UInt32 = 1 << 20
    /// Items and sub-items in an A-ASSOCIATE PDU. The same 128 contexts have about 8,600.
    package var maximumItems = 16384
    /// The longest P-DATA-TF that is accepted. Longer than the announced maximum, because some peers exceed that. If
    /// the announced maximum is higher, it applies instead.
    package var maximumDataPDULength: UInt32 = 1 << 20
    /// PDVs in one P-DATA-TF.
    package var maximumPresentationDataValues = 8192
    /// The longest command set. Real ones have about 200 bytes.
    package var maximumCommandSetLength = 16 << 10

    package init() {}
}
