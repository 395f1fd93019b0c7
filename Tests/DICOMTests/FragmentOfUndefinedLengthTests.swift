// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("Fragments of encapsulated pixel data")
struct FragmentOfUndefinedLengthTests {
    @Test("A fragment of undefined length is refused, because only items of sequences may have one. PS3.5 §A.4")
    func undefinedLength() throws {
        let bytes = DataSetWalkTests.dataSet(.jpegBaseline) { set in
            set.header(.pixelData, "OB", length: nil)
            set.header(.item, "", length: 0)
            set.header(.item, "", length: nil)
        }
        let ending = try DataSetWalkTests.ending(of: bytes, .jpegBaseline)
        guard case .unread(.itemExpected(in: .pixelData), _) = ending else {
            Issue.record("expected the fragment to be refused, got \(ending)")
            return
        }
    }
}
