// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// What a request is answered.
struct ConsoleResponse: Sendable {
    var status: Int
    var fields: [(String, String)]
    var body: [UInt8]

    init(_ status: Int, type: String, body: [UInt8], fields: [(String, String)] = []) {
        self.status = status
        self.fields = [("Content-Type", type)] + fields
        self.body = body
    }

    static func json(_ status: Int = 200, _ body: [UInt8], fields: [(String, String)] = []) -> ConsoleResponse {
        ConsoleResponse(status, type: "application/json", body: body, fields: [("Cache-Control", "no-store")] + fields)
    }

    static func json(_ status: Int = 200, _ value: some Encodable) -> ConsoleResponse {
        do {
            return json(status, try ConsoleJSON.encoded(value))
        } catch {
            return problem(500, Problem("the answer cannot be written as JSON", advice: "Report this as a fault."))
        }
    }

    /// `{"problem": {"text": …, "advice": …}}`.
    static func problem(_ status: Int, _ problem: Problem, fields: [(String, String)] = []) -> ConsoleResponse {
        let body = (try? ConsoleJSON.encoded(["problem": problem])) ?? []
        return json(status, body, fields: fields)
    }

    static func notModified(etag: String) -> ConsoleResponse {
        var response = ConsoleResponse(304, type: "application/json", body: [])
        response.fields = [("ETag", etag), ("Cache-Control", "no-store")]
        return response
    }
}

/// JSON as the page reads it: dates are milliseconds since 1970.
enum ConsoleJSON {
    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .millisecondsSince1970
        encoder.outputFormatting = .withoutEscapingSlashes
        return Array(try encoder.encode(value))
    }
}
