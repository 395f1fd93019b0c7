import ByteComparison

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

    /// The registered transfer syntax with this UID, or one that a later edition adds for compressed images: all below that root
    /// are encapsulated in Explicit VR Little Endian. Nil for any other, whose encoding cannot be guessed.
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

/// PS3.6 annex A. Those that do not encode the data set of an instance are left out: MIME and XML (1.2.840.10008.1.2.6), and the
/// flows of real-time video (1.2.840.10008.1.2.7).
extension TransferSyntax {
    package static let implicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2", isExplicitVR: false)
    package static let explicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1")
    package static let deflatedExplicitVRLittleEndian = TransferSyntax("1.2.840.10008.1.2.1.99", isDeflated: true)
    package static let explicitVRBigEndian = TransferSyntax("1.2.840.10008.1.2.2", byteOrder: .bigEndian)
    package static let rleLossless = encapsulated("1.2.840.10008.1.2.5")
    package static let jpegBaseline = encapsulated("1.2.840.10008.1.2.4.50")
    package static let jpeg2000Lossless = encapsulated("1.2.840.10008.1.2.4.90")

    /// The registered ones, in the order in which a receiver that stores as sent prefers them.
    ///
    /// Compressed without loss first: a sender that proposes one of these beside an uncompressed one has such a file, and
    /// need not unpack it. The same holds for video, which most senders cannot unpack. The uncompressed ones come before those
    /// that lose: where a sender proposes both, taking the lossy one could make it degrade an image that it holds in full.
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
        // HealthImaging keeps the pixel data of these as they are.
        encapsulated("1.2.840.10008.1.2.4.110"),  // JPEG XL, lossless
        encapsulated("1.2.840.10008.1.2.4.58"),  // JPEG, lossless, process 15 (retired)
        encapsulated("1.2.840.10008.1.2.4.65"),  // JPEG, lossless, hierarchical, process 28 (retired)
        encapsulated("1.2.840.10008.1.2.4.66"),  // JPEG, lossless, hierarchical, process 29 (retired)
    ]

    /// MPEG-2, MPEG-4 and HEVC; those with a suffix are the fragmentable ones.
    private static let video = [
        "100", "101", "102", "103", "104", "105", "106", "107", "108",
        "100.1", "101.1", "102.1", "103.1", "104.1", "105.1", "106.1",
    ].map { encapsulated(compressionRoot + $0) }

    private static let uncompressed: [TransferSyntax] = [
        explicitVRLittleEndian, deflatedExplicitVRLittleEndian, implicitVRLittleEndian, explicitVRBigEndian,
        // Packed without loss. Whoever can do that can unpack it too, and HealthImaging cannot.
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
        // A JPEG image in fewer bytes: nothing is lost of that, but who has none must make one first.
        encapsulated("1.2.840.10008.1.2.4.111"),
        // Other processes of JPEG (retired).
        encapsulated("1.2.840.10008.1.2.4.52"), encapsulated("1.2.840.10008.1.2.4.53"),
        encapsulated("1.2.840.10008.1.2.4.54"), encapsulated("1.2.840.10008.1.2.4.55"),
        encapsulated("1.2.840.10008.1.2.4.56"), encapsulated("1.2.840.10008.1.2.4.59"),
        encapsulated("1.2.840.10008.1.2.4.60"), encapsulated("1.2.840.10008.1.2.4.61"),
        encapsulated("1.2.840.10008.1.2.4.62"), encapsulated("1.2.840.10008.1.2.4.63"),
        encapsulated("1.2.840.10008.1.2.4.64"),
    ]

    /// JPIP: the data set holds an address instead of pixels, which only its sender's network may reach. PS3.5 §A.6 and §A.7.
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
