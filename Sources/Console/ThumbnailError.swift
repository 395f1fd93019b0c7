// SPDX-License-Identifier: Apache-2.0

import DICOM
import Inspection

/// Why an instance has no thumbnail.
enum ThumbnailError: Error, Equatable {
    case notStored
    case unknownSize
    case tooLarge(bytes: Int, maximum: Int)
    case transferSyntax(String)
    case notReadable(DataSetError)
    case noPixelData
    /// An element that describes the pixels is absent, or has a value that the console does not show.
    case unsupported(String)
    /// There are fewer bytes than rows, columns and frames need.
    case pixelDataTooShort(expected: Int, got: Int)
    case damagedFrame(String)

    var problem: Problem {
        switch self {
        case .notStored:
            Problem("the bucket has no such instance", advice: "It was deleted, or it was never stored.")
        case .unknownSize:
            Problem("the size of the instance is not known", advice: "Wait until its delivery is closed.")
        case .tooLarge(let bytes, let maximum):
            Problem(
                "the instance has \(bytes >> 20) MiB; the console reads at most \(maximum >> 20) MiB",
                advice: "Look at it with a viewer of HealthImaging.")
        case .transferSyntax(let uid):
            Problem(
                "the console does not decode \(Thumbnail.syntaxName(uid))",
                advice:
                    "It shows uncompressed images and JPEG Baseline. Look at this one with a viewer of HealthImaging.")
        case .notReadable(let error):
            Problem(
                "the data set cannot be read: \(error)",
                advice: """
                    Its import tells whether HealthImaging can read it: see docs/pipeline.md, "What HealthImaging says".
                    """)
        case .noPixelData:
            Problem("the instance has no pixel data", advice: "It is a report, a waveform, a plan or the like.")
        case .unsupported(let what):
            Problem("the console does not show \(what)", advice: "Look at it with a viewer of HealthImaging.")
        case .pixelDataTooShort(let expected, let got):
            Problem(
                "expected \(expected) bytes of pixel data, got \(got)", advice: "The image is damaged. Send it again.")
        case .damagedFrame(let what):
            Problem("the JPEG frame is damaged: \(what)", advice: "Send the image again.")
        }
    }
}
