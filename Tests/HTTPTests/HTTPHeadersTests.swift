// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("HTTPHeaders")
struct HTTPHeadersTests {
    @Test("Names are found in any case, and the first field counts")
    func lookUp() {
        let headers = HTTPHeaders([.init(name: "ETag", value: "1"), .init(name: "etag", value: "2")])
        #expect(headers["ETAG"] == "1")
        #expect(headers["E-Tag"] == nil)
    }

    @Test("Setting a value replaces all fields with the name; nil removes them")
    func setting() {
        var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3"]
        headers["a"] = "4"
        #expect(headers.fields == [.init(name: "B", value: "2"), .init(name: "a", value: "4")])
        headers["A"] = nil
        #expect(headers == ["B": "2"])
    }
}
