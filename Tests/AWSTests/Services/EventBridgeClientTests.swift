// SPDX-License-Identifier: Apache-2.0

import AWS
import LoopbackHTTP
import StructuredLog
import Testing

@Suite struct EventBridgeClientTests {
    private static let accepted = #"{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}"#

    private static func refused(_ code: String) -> String {
        #"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"\#(code)","ErrorMessage":"m"}]}"#
    }

    private func put(_ client: AWSClient) async throws {
        try await EventBridgeClient(client: client).putEvent(
            bus: "default", source: "s", detailType: "t", detail: #"{"a":"ö"}"#)
    }

    @Test("An event is one entry for the bus")
    func putEvent() async throws {
        try await LoopbackHTTPServer.serve(.status(200, Self.accepted)) { server, url, http in
            try await put(try .loopback(url, http: http))
            let request = try #require(server.requests.first)
            #expect(request.method == "POST" && request.target == "/")
            #expect(request.headers["Content-Type"] == "application/x-amz-json-1.1")
            #expect(request.headers["X-Amz-Target"] == "AWSEvents.PutEvents")
            let entry = ["EventBusName": "default", "Source": "s", "DetailType": "t", "Detail": #"{"a":"ö"}"#]
            #expect(try JSONServicesTests.object(request.body) == ["Entries": [entry]])
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "An entry that EventBridge could not take is sent again, although the status of the response is 200",
        arguments: [refused("InternalFailure"), refused("ThrottlingException"), #"{"FailedEntryCount":1}"#, "{}", "<>"])
    func transient(_ answer: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200, answer), .status(200, Self.accepted)) { server, url, http in
            try await put(try .loopback(url, http: http))
            #expect(server.requests.count == 2)
        }
    }

    @Test(
        "An entry that EventBridge refuses is an error with its code, and is not sent again",
        arguments: ["AccessDeniedException", "NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument"])
    func permanent(_ code: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200, Self.refused(code))) { server, url, http in
            let error = await #expect(throws: AWSServiceError.self) {
                try await put(try .loopback(url, http: http))
            }
            #expect(error?.code == code && error?.message == "m" && error?.errorClass == .permanent)
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "The class of an entry's error says whether to send it again",
        arguments: [("InternalFailure", ErrorClass.transient), ("ThrottlingException", .busy)])
    func classes(_ code: String, _ expected: ErrorClass) async throws {
        try await LoopbackHTTPServer.serve(.status(200, Self.refused(code))) { server, url, http in
            let error = await #expect(throws: AWSServiceError.self) {
                try await put(try .loopback(url, http: http))
            }
            #expect(error?.errorClass == expected)
            #expect(server.requests.count == 3)
        }
    }

    @Test("A request that is refused as a whole is an error, too")
    func wholeRequest() async throws {
        let answer = #"{"__type":"AccessDeniedException","Message":"not authorized"}"#
        try await LoopbackHTTPServer.serve(.status(400, answer)) { server, url, http in
            let error = await #expect(throws: AWSServiceError.self) {
                try await put(try .loopback(url, http: http))
            }
            #expect(error?.code == "AccessDeniedException" && error?.errorClass == .permanent)
        }
    }
}
