// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("Texts of data set errors")
struct DataSetErrorTests {
    static let tag = DICOM.Tag(0x0020, 0x000D)

    static func errors(_ tag: DICOM.Tag) -> [DataSetError] {
        let vr = VR(0x55, 0x43) ?? .un
        return [
            .invalidVR(tag, 55, 56), .explicitVRFound(tag, vr), .undefinedLengthNotAllowed(tag, vr),
            .itemExpected(in: tag), .delimiterNotExpected(tag),
            .depthExceedsMaximum(tag, maximum: 1024), .lengthExceedsMaximum(tag, length: .max, maximum: .max),
            .valueLengthExceedsMaximum(tag, length: 0xFFFF_FFFE, maximum: 1024), .tooManyElements(maximum: .max),
            .inflatesTooFar(maximum: .max), .truncated(after: .max), .invalidUID(tag, .empty),
            .invalidUID(tag, .tooLong(length: 1024, maximum: 64)), .invalidUID(tag, .byteNotAllowed(0x5E, offset: 63)),
            .invalidUID(tag, .emptyComponent(offset: 63)), .deflateStreamDamaged(code: -3), .prefixMissing,
            .elementMissing(tag), .sequenceExpected(tag), .endsOutside(of: tag),
        ]
    }

    @Test("Each error has its own text, with the tag, that fits into an Error Comment", arguments: errors(tag))
    func texts(_ error: DataSetError) {
        #expect("\(error)".utf8.count <= 64, "\(error)")
        #expect(Self.errors(Self.tag).count { "\($0)" == "\(error)" } == 1)
        switch error {
        case .delimiterNotExpected, .lengthExceedsMaximum: break
        default: #expect(error.tag == nil || "\(error)".contains("(0020,000D)"))
        }
    }

    @Test("Texts never show a tag that could be bytes of a value", arguments: errors(DICOM.Tag(0x4F44, 0x455E)))
    func privacy(_ error: DataSetError) {
        for text in ["\(error)", error.expected, error.got] {
            #expect(!text.contains("4F44") && !text.contains("5E"), "\(text)")
        }
    }

    @Test("The text for a data set that ends too early fits into an Error Comment")
    func cut() {
        let place = ElementPlace(tag: .pixelData, offset: 9_999_999_999)
        #expect(
            "\(DataSetCut(element: place, missingBytes: 4_294_967_294))"
                == "Cut in (7FE0,0010) at byte 9999999999, 4294967294 bytes missing")
        #expect(
            "\(DataSetCut(element: place, missingBytes: nil))"
                == "Cut in (7FE0,0010) at byte 9999999999, its end missing")
    }
}
