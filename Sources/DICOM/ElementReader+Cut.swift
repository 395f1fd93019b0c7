// SPDX-License-Identifier: Apache-2.0

/// Where a data set is cut if it ends here.
extension ElementReader {
    /// What is missing if the data set ends here; `nil` if nothing is.
    package var cut: DataSetCut? {
        switch state {
        case .skipping(let remaining) where remaining > 0:
            return DataSetCut(element: elementOfValue, missingBytes: remaining)
        case .value(let header, _):
            let missing = UInt64(header.length ?? 0) - UInt64(pending.count)
            if missing > 0 { return DataSetCut(element: place, missingBytes: missing) }
        case .skipping: break
        case .header where level.kind == .dataSet && pending.count < ElementEncoding.leastHeaderLength:
            // Too few bytes for an element: other readers also treat these as padding.
            return nil
        case .header: break
        }
        guard level.kind == .dataSet else { return DataSetCut(element: level.element, missingBytes: nil) }
        guard !pending.isEmpty else { return nil }
        let element = ElementPlace(
            tag: level.encoding.tag(pending.span.bytes), offset: bytesExamined - UInt64(pending.count))
        return DataSetCut(element: element, missingBytes: nil)
    }

    /// The element whose value is skipped; for an item, its sequence.
    private var elementOfValue: ElementPlace {
        place.tag == .item ? level.element : place
    }
}
