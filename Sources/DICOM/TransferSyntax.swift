// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The encoding of the data set of an instance.
///
/// Two transfer syntaxes are equal if their UIDs are. PS3.5 §10 and annex A.
package struct TransferSyntax: Sendable {
    package let uid: String
    package let isExplicitVR: Bool
    package let byteOrder: ByteOrder
    /// The whole data set is one raw deflate stream. PS3.5 §A.5.
    package let isDeflated: Bool
    /// Pixel data is a sequence of fragments, usually compressed. PS3.5 §A.4.
    package let isEncapsulated: Bool

    private init(
        _ uid: String, isExplicitVR: Bool = true, byteOrder: ByteOrder = .littleEndian, isDeflated: Bool = false,
        isEncapsulated: Bool = false
    ) {
        self.uid = uid
        self.isExplicitVR = isExplicitVR
        self.byteOrder = byteOrder
        self.isDeflated = isDeflated
        self.isEncapsulated = isEncapsulated
    }

    private static func encapsulated(_ uid: String) -> TransferSyntax {
        TransferSyntax(uid, isEncapsulated: true)
    }

    /// The registered transfer syntax with this UID, or an unknown one below the root for compressed images, which
    /// later editions of the standard can add: all of these are encapsulated in Explicit VR Little Endian. `nil` for
    /// any other UID, because its encoding is not known.
    package init?(uid: String) {
        if let known = Self.byUID[uid] {
            self = known
        } else if uid.begins(with: Self.compressionRoot), (try? UID(uid)) != nil {
            self = .encapsulated(uid)
        } else {
            return nil
        }
    }

    private static let compressionRoot = "1.2.840.10008.1.2.4."
    private static let byUID = Dictionary(uniqueKeysWithValues: known.map { ($0.uid, $0) })
}

/// The registry of PS3.6 annex A, without those that do not encode the data set of an instance: MIME and XML
/// (1.2.840.10008.1.2.6), and the flows of real-time video (1.2.840.10008.1.2.7).
extension TransferSyntax {
    package static let implicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2", isExplicitVR: false)
    package static let explicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1")
    package static let deflatedExplicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1.99", isDeflated: true)
    package static let explicitVRBigEndian = TransferSyntax("1.2.840.10008.1.2.2", byteOrder: .bigEndian)
    package static let rleLossless = encapsulated("1.2.840.10008.1.2.5")
    package static let jpegBaseline = encapsulated("1.2.840.10008.1.2.4.50")
    package static let jpeg2000Lossless = encapsulated("1.2.840.10008.1.2.4.90")

    /// The registered transfer syntaxes, in the order of preference of a receiver that stores data sets as they are
    /// sent.
    ///
    /// Lossless compression is first: a sender that proposes it beside an uncompressed syntax has a compressed file and
    /// need not decompress it. The same applies to video, which most senders cannot decompress. Uncompressed syntaxes
    /// come before lossy ones: if a sender proposes both, accepting the lossy one could cause it to degrade an image
    /// that it has in full quality.
    package static let known = compressedWithoutLoss + video + uncompressed + lossy + withoutPixelData

    private static let compressedWithoutLoss: [TransferSyntax] = [
        encapsulated("1.2.840.10008.1.2.4.202"),  // HTJ2K with RPCL options, lossless
        encapsulated("1.2.840.10008.1.2.4.201"),  // HTJ2K, lossless
        jpeg2000Lossless,
        encapsulated("1.2.840.10008.1.2.4.92"),  // JPEG 2000 part 2, multi-component, lossless
        encapsulated("1.2.840.10008.1.2.4.80"),  // JPEG-LS, lossless
        encapsulated("1.2.840.10008.1.2.4.70"),  // JPEG, lossless, first-order prediction
        encapsulated("1.2.840.10008.1.2.4.57"),  // JPEG, lossless, process 14
        rleLossless,
        // HealthImaging stores the pixel data of these unchanged.
        encapsulated("1.2.840.10008.1.2.4.110"),  // JPEG XL, lossless
        encapsulated("1.2.840.10008.1.2.4.58"),  // JPEG, lossless, process 15 (retired)
        encapsulated("1.2.840.10008.1.2.4.65"),  // JPEG, lossless, hierarchical, process 28 (retired)
        encapsulated("1.2.840.10008.1.2.4.66"),  // JPEG, lossless, hierarchical, process 29 (retired)
    ]

    /// MPEG-2, MPEG-4 and HEVC. Those with a suffix are fragmentable.
    private static let video = [
        "100", "101", "102", "103", "104", "105", "106", "107", "108",
        "100.1", "101.1", "102.1", "103.1", "104.1", "105.1", "106.1",
    ].map { encapsulated(compressionRoot + $0) }

    private static let uncompressed: [TransferSyntax] = [
        explicitVRLittleEndian, deflatedExplicitVRLittleEndian, implicitVRLittleEndian, explicitVRBigEndian,
        // Lossless packing. A sender that supports it can also send unpacked data, and HealthImaging cannot unpack it.
        encapsulated("1.2.840.10008.1.2.1.98"),  // Encapsulated Uncompressed Explicit VR Little Endian
        encapsulated("1.2.840.10008.1.2.8.1"),  // Deflated Image Frame Compression
        TransferSyntax("1.2.840.10008.1.20", isExplicitVR: false),  // Papyrus 3 (retired)
    ]

    private static let lossy: [TransferSyntax] = [
        jpegBaseline,
        encapsulated("1.2.840.10008.1.2.4.51"),  // JPEG, processes 2 and 4
        encapsulated("1.2.840.10008.1.2.4.81"),  // JPEG-LS, near-lossless
        encapsulated("1.2.840.10008.1.2.4.91"),  // JPEG 2000
        encapsulated("1.2.840.10008.1.2.4.93"),  // JPEG 2000 part 2, multi-component
        encapsulated("1.2.840.10008.1.2.4.203"),  // HTJ2K
        encapsulated("1.2.840.10008.1.2.4.112"),  // JPEG XL
        // JPEG XL recompression of a JPEG image. It is lossless, but a sender without a JPEG image would have to make
        // one first.
        encapsulated("1.2.840.10008.1.2.4.111"),
        // Other processes of JPEG (retired).
        encapsulated("1.2.840.10008.1.2.4.52"), encapsulated("1.2.840.10008.1.2.4.53"),
        encapsulated("1.2.840.10008.1.2.4.54"), encapsulated("1.2.840.10008.1.2.4.55"),
        encapsulated("1.2.840.10008.1.2.4.56"), encapsulated("1.2.840.10008.1.2.4.59"),
        encapsulated("1.2.840.10008.1.2.4.60"), encapsulated("1.2.840.10008.1.2.4.61"),
        encapsulated("1.2.840.10008.1.2.4.62"), encapsulated("1.2.840.10008.1.2.4.63"),
        encapsulated("1.2.840.10008.1.2.4.64"),
    ]

    /// JPIP: the data set contains a URL instead of pixels. Perhaps only the sender's network can reach it. PS3.5 §A.6
    /// and §A.7.
    private static let withoutPixelData: [TransferSyntax] = [
        TransferSyntax("1.2.840.10008.1.2.4.94"), TransferSyntax("1.2.840.10008.1.2.4.95", isDeflated: true),
        TransferSyntax("1.2.840.10008.1.2.4.204"), TransferSyntax("1.2.840.10008.1.2.4.205", isDeflated: true),
    ]
}

extension TransferSyntax: Hashable {
    package static func == (lhs: TransferSyntax, rhs: TransferSyntax) -> Bool { lhs.uid == rhs.uid }

    package func hash(into hasher: inout Hasher) { hasher.combine(uid) }
}

extension TransferSyntax: CustomStringConvertible {
    package var description: String { uid }
}
