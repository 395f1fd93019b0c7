// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Logging
import LoopbackHTTP
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import StorageSCP

@Suite("Many user identities", .timeLimit(.minutes(1)))
struct UserIdentityLoadTests {
    @Test("An address gets half of the verifications if it is alone, and others are still verified")
    func shares() async throws {
        try await LoopbackHTTPServer.serve({ _ in .silence }) { _, url, _ in
            let configuration = try Configuration(environment: [
                "USER_IDENTITY_TYPES": "5", "USER_IDENTITY_URL": url,
            ])
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let service = Samples.service(configuration, logger: logger)
            var request = AccessTests.request()
            request.userInformation.userIdentity = UserIdentity(
                type: 5, isPositiveResponseRequested: false, primaryField: [1])
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            func refusals(of requests: Int, from address: String) async throws -> Int {
                let peer = try SocketAddress(ipAddress: address, port: 104)
                let refused = Mutex(0)
                for _ in 0..<requests {
                    service.decide(on: request, from: peer, eventLoop: eventLoop)
                        .whenSuccess { _ in refused.withLock { $0 += 1 } }
                }
                // What is decided at once has been counted after this.
                try await eventLoop.submit {}.get()
                return refused.withLock { $0 }
            }
            #expect(try await refusals(of: 60, from: "10.0.0.1") == 60 - StorageService.maximumPendingVerifications / 2)
            #expect(try await refusals(of: 25, from: "10.0.0.2") == 0)
        }
    }
}
