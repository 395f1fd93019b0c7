// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Testing

@Suite("SigV4Signer")
struct SigV4SignerTests {
    /// A request that botocore signed: see `Tests/System/sigv4_cases.py`.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Header: Decodable, Sendable {
            let name: String
            let value: String
        }

        let name: String
        let service: String
        let region: String
        let accessKeyID: String
        let secretAccessKey: String
        let sessionToken: String?
        let date: Date
        let method: String
        let url: String
        let headers: [Header]
        let body: Data
        let authorization: String

        var testDescription: String { name }

        var request: HTTPRequest {
            HTTPRequest(
                method: method, url: url,
                headers: HTTPHeaders(headers.map { HTTPHeaders.Field(name: $0.name, value: $0.value) }),
                body: Array(body))
        }

        var signed: HTTPRequest {
            SigV4Signer(service: service, region: region).sign(
                request,
                with: Credentials(
                    accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken),
                at: date)
        }
    }

    static let cases = Result {
        let url = try #require(
            Bundle.module.url(forResource: "sigv4", withExtension: "json", subdirectory: "Fixtures"))
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode([Case].self, from: Data(contentsOf: url))
    }

    @Test("The fixture contains all cases")
    func fixture() throws {
        #expect(try Self.cases.get().count >= 45)
    }

    @Test("The Authorization header equals botocore's", arguments: try cases.get())
    func authorization(_ signedByBotocore: Case) {
        #expect(signedByBotocore.signed.headers["Authorization"] == signedByBotocore.authorization)
    }

    @Test("Signing a request again leaves nothing of the first signature")
    func again() throws {
        let example = try #require(try Self.cases.get().first { $0.sessionToken != nil })
        let signer = SigV4Signer(service: example.service, region: example.region)
        let credentials = Credentials(accessKeyID: "AKIDOTHER", secretAccessKey: "other")
        let once = signer.sign(example.request, with: credentials, at: example.date)
        let twice = signer.sign(example.signed, with: credentials, at: example.date)
        #expect(twice.headers["X-Amz-Security-Token"] == nil)
        #expect(twice.headers.fields.count { $0.name == "X-Amz-Date" } == 1)
        #expect(twice.headers.fields.count { $0.name == "Authorization" } == 1)
        #expect(twice.headers["Authorization"] == once.headers["Authorization"])
    }
}
