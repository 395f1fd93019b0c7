/// How the data set of an instance is encoded.
///
/// Equality is that of the UID. PS3.5 §10 and annex A.
package struct TransferSyntax: Sendable {
    package let uid: String
    package let isExplicitVR: Bool
    package let byteOrder: ByteOrder
    /// Everything after the file meta information is one raw deflate stream. PS3.5 §A.5.
    package let isDeflated: Bool
    /// Pixel data is a sequence of fragments, usually compressed. PS3.5 §A.4.
    package let isEncapsulated: Bool
    /// Whether a sender that encodes an image for us in this syntax may lose something of it.
    package let mayBeLossy: Bool

    private init(
        _ uid: String, isExplicitVR: Bool = true, byteOrder: ByteOrder = .littleEndian, isDeflated: Bool = false,
        isEncapsulated: Bool = false, mayBeLossy: Bool = false
    ) {
        self.uid = uid
        self.isExplicitVR = isExplicitVR
        self.byteOrder = byteOrder
        self.isDeflated = isDeflated
        self.isEncapsulated = isEncapsulated
        self.mayBeLossy = mayBeLossy
    }

    private static func encapsulated(_ uid: String, mayBeLossy: Bool = false) -> TransferSyntax {
        TransferSyntax(uid, isEncapsulated: true, mayBeLossy: mayBeLossy)
    }

    /// The known transfer syntax with this UID; nil for any other, whose encoding cannot be guessed.
    package init?(uid: String) {
        guard let known = Self.byUID[uid] else { return nil }
        self = known
    }
}

extension TransferSyntax {
    package static let implicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2", isExplicitVR: false)
    package static let explicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1")
    package static let deflatedExplicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1.99", isDeflated: true)
    package static let explicitVRBigEndian = TransferSyntax("1.2.840.10008.1.2.2", byteOrder: .bigEndian)
    package static let rleLossless = encapsulated("1.2.840.10008.1.2.5")
    package static let jpegBaseline = encapsulated("1.2.840.10008.1.2.4.50", mayBeLossy: true)
    package static let jpegExtended = encapsulated("1.2.840.10008.1.2.4.51", mayBeLossy: true)
    package static let jpegLossless = encapsulated("1.2.840.10008.1.2.4.57")
    package static let jpegLosslessFirstOrderPrediction = encapsulated("1.2.840.10008.1.2.4.70")
    package static let jpegLSLossless = encapsulated("1.2.840.10008.1.2.4.80")
    package static let jpegLSNearLossless = encapsulated("1.2.840.10008.1.2.4.81", mayBeLossy: true)
    package static let jpeg2000Lossless = encapsulated("1.2.840.10008.1.2.4.90")
    package static let jpeg2000 = encapsulated("1.2.840.10008.1.2.4.91", mayBeLossy: true)
    package static let jpeg2000MultiComponentLossless = encapsulated("1.2.840.10008.1.2.4.92")
    package static let jpeg2000MultiComponent = encapsulated("1.2.840.10008.1.2.4.93", mayBeLossy: true)
    package static let mpeg2MainProfileMainLevel = encapsulated("1.2.840.10008.1.2.4.100", mayBeLossy: true)
    package static let mpeg2MainProfileHighLevel = encapsulated("1.2.840.10008.1.2.4.101", mayBeLossy: true)
    package static let mpeg4HighProfile41 = encapsulated("1.2.840.10008.1.2.4.102", mayBeLossy: true)
    package static let mpeg4BDCompatible41 = encapsulated("1.2.840.10008.1.2.4.103", mayBeLossy: true)
    package static let mpeg4HighProfile42For2D = encapsulated("1.2.840.10008.1.2.4.104", mayBeLossy: true)
    package static let mpeg4HighProfile42For3D = encapsulated("1.2.840.10008.1.2.4.105", mayBeLossy: true)
    package static let mpeg4StereoHighProfile42 = encapsulated("1.2.840.10008.1.2.4.106", mayBeLossy: true)
    package static let hevcMainProfile51 = encapsulated("1.2.840.10008.1.2.4.107", mayBeLossy: true)
    package static let hevcMain10Profile51 = encapsulated("1.2.840.10008.1.2.4.108", mayBeLossy: true)
    package static let htj2kLossless = encapsulated("1.2.840.10008.1.2.4.201")
    package static let htj2kLosslessRPCL = encapsulated("1.2.840.10008.1.2.4.202")
    package static let htj2k = encapsulated("1.2.840.10008.1.2.4.203", mayBeLossy: true)

    /// Every transfer syntax that is known here, in the order in which a receiver that stores as sent prefers them.
    ///
    /// Compressed without loss first: a sender that proposes one of these beside an uncompressed one has such a file, and
    /// need not unpack it. The uncompressed ones come before those that lose: where a sender proposes both, taking the
    /// lossy one could make it degrade an image that it holds in full.
    package static let known: [TransferSyntax] = [
        .htj2kLosslessRPCL, .htj2kLossless, .jpeg2000Lossless, .jpeg2000MultiComponentLossless, .jpegLSLossless,
        .jpegLosslessFirstOrderPrediction, .jpegLossless, .rleLossless,
        .explicitVRLittleEndian, .deflatedExplicitVRLittleEndian, .implicitVRLittleEndian, .explicitVRBigEndian,
        .jpegBaseline, .jpegExtended, .jpegLSNearLossless, .jpeg2000, .jpeg2000MultiComponent, .htj2k,
        .mpeg2MainProfileMainLevel, .mpeg2MainProfileHighLevel, .mpeg4HighProfile41, .mpeg4BDCompatible41,
        .mpeg4HighProfile42For2D, .mpeg4HighProfile42For3D, .mpeg4StereoHighProfile42, .hevcMainProfile51,
        .hevcMain10Profile51,
    ]

    /// Those that AWS HealthImaging imports: as of 2026 all that are known here, in the same order.
    package static let acceptedByHealthImaging: [TransferSyntax] = known

    private static let byUID = Dictionary(uniqueKeysWithValues: known.map { ($0.uid, $0) })
}

extension TransferSyntax: Hashable {
    package static func == (lhs: TransferSyntax, rhs: TransferSyntax) -> Bool { lhs.uid == rhs.uid }

    package func hash(into hasher: inout Hasher) { hasher.combine(uid) }
}

extension TransferSyntax: CustomStringConvertible {
    package var description: String { uid }
}
