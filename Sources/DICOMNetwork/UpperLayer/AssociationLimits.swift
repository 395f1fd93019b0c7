/// What a peer may make an association hold, each checked before anything is buffered.
package struct AssociationLimits: Hashable, Sendable {
    /// The longest A-ASSOCIATE PDU. 128 contexts that each propose every registered transfer syntax need about 260 KB, and some
    /// senders name private ones beside them.
    package var maximumAssociatePDULength: UInt32 = 1 << 20
    /// Items and sub-items in an A-ASSOCIATE PDU. The same 128 contexts have about 8,600.
    package var maximumItems = 16384
    /// The longest P-DATA-TF that is taken. More than what is announced, for peers that do not keep to that; where the
    /// announced maximum is higher than this, it counts.
    package var maximumDataPDULength: UInt32 = 1 << 20
    /// PDVs in one P-DATA-TF.
    package var maximumPresentationDataValues = 8192
    /// The longest command set. Real ones have about 200 bytes.
    package var maximumCommandSetLength = 16 << 10

    package init() {}
}
