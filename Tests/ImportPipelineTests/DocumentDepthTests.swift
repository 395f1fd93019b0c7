// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Testing

@Suite("Nesting of a document")
struct DocumentDepthTests {
    private struct Anything: Decodable {}

    @Test("A document of exactly the greatest depth is read, and a deeper one is refused")
    func maximum() throws {
        let maximum = DocumentLimits.maximumDepth
        _ = try PipelineJSON.decode(Anything.self, from: Self.document(depth: maximum))
        #expect(throws: DocumentError.self) {
            try PipelineJSON.decode(Anything.self, from: Self.document(depth: maximum + 1))
        }
    }

    private static func document(depth: Int) -> [UInt8] {
        Array((String(repeating: #"{"a":"#, count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)).utf8)
    }
}
