// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A small picture of one frame of an instance.
struct Thumbnail: Sendable {
    let type: String
    let bytes: [UInt8]
    /// Of the instance.
    let columns: Int
    let rows: Int
    /// From 1: the middle one of several.
    let frame: Int
    let frames: Int
    /// How the values became grey, and what the sender says about burnt-in text.
    let note: String
    /// Whether the browser must invert the picture: a JPEG frame of MONOCHROME1.
    let isInverted: Bool

    /// The largest JPEG frame that is handed to the browser, which decodes it.
    private static let maximumPixels = 1 << 26

    /// Throws unless the console decodes the transfer syntax.
    static func checkTransferSyntax(_ uid: String) throws(ThumbnailError) {
        guard shown.contains(uid) else { throw .transferSyntax(uid) }
    }

    private static let shown: Set = [
        TransferSyntax.implicitVRLittleEndian.uid, TransferSyntax.explicitVRLittleEndian.uid,
        TransferSyntax.explicitVRBigEndian.uid, TransferSyntax.jpegBaseline.uid,
    ]

    /// The names of PS3.6 annex A, of the most frequent transfer syntaxes that are not decoded.
    static func syntaxName(_ uid: String) -> String {
        let names = [
            "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian", "1.2.840.10008.1.2.5": "RLE Lossless",
            "1.2.840.10008.1.2.4.51": "JPEG Extended (12 bit)", "1.2.840.10008.1.2.4.57": "JPEG Lossless",
            "1.2.840.10008.1.2.4.70": "JPEG Lossless", "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
            "1.2.840.10008.1.2.4.81": "JPEG-LS Near-Lossless", "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
            "1.2.840.10008.1.2.4.91": "JPEG 2000", "1.2.840.10008.1.2.4.201": "HTJ2K Lossless",
            "1.2.840.10008.1.2.4.202": "HTJ2K Lossless RPCL", "1.2.840.10008.1.2.4.203": "HTJ2K",
        ]
        return names[uid].map { "\($0) (\(uid))" } ?? "the transfer syntax \(uid)"
    }

    /// - Parameter side: the longer side of the picture, at most.
    init(of file: [UInt8], side: Int) throws(ThumbnailError) {
        let pixels = try PixelDescription(file: file)
        try Self.checkTransferSyntax(pixels.transferSyntax.uid)
        guard pixels.rows > 0, pixels.columns > 0 else { throw .unsupported("an image without rows and columns") }
        guard pixels.rows * pixels.columns <= Self.maximumPixels else {
            throw .unsupported("\(pixels.columns) × \(pixels.rows) pixels in one frame")
        }
        (columns, rows, frames) = (pixels.columns, pixels.rows, pixels.frames)
        let how: String
        if pixels.transferSyntax.isEncapsulated {
            let frame = try JPEGFrame(of: file, pixels)
            (type, bytes, self.frame) = ("image/jpeg", frame.bytes, frame.number)
            isInverted = pixels.photometricInterpretation == "MONOCHROME1"
            how = "JPEG as sent"
        } else {
            let picture = try UncompressedFrame(of: file, pixels).picture(side: side)
            (type, bytes, frame) = ("image/png", picture.png, picture.frame)
            isInverted = false
            how = picture.how
        }
        note =
            switch pixels.hasBurntInText {
            case true?: how + "; the sender says that text is burnt in"
            case false?: how + "; the sender says that no text is burnt in"
            case nil: how
            }
    }
}
