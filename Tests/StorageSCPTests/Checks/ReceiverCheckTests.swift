// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

@Suite("--check", .timeLimit(.minutes(1)))
struct ReceiverCheckTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private func lines(_ environment: [String: String]) async -> (isUsable: Bool, lines: [String]) {
        var lines: [String] = []
        let isUsable = await ReceiverCheck(
            environment: ["SCP_PORT": "0", "SCP_ADDRESS": "127.0.0.1", "STORAGE_DIRECTORY": folder.path()]
                .merging(environment) { $1 }
        ).run { lines.append($0.description) }
        return (isUsable, lines)
    }

    @Test("A good configuration has a line for each part, leaves nothing behind and succeeds")
    func good() async throws {
        let missing = await lines([:])
        #expect(missing.isUsable)
        #expect(missing.lines.allSatisfy { $0.hasPrefix("ok ") })
        #expect(missing.lines.contains { $0.contains("does not exist; the receiver makes it") })
        #expect(!FileManager.default.fileExists(atPath: folder.path()))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let existing = await lines([:])
        #expect(existing.isUsable)
        #expect(existing.lines.contains { $0.contains("can be written, and has locks") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == [])
    }

    @Test("A wrong setting fails, and what does not depend on it is still checked")
    func goesOn() async throws {
        let found = await lines(["AE_TITLE": "a title that is too long", "SCP_PROT": "1"])
        #expect(!found.isUsable)
        #expect(
            found.lines.map { String($0.prefix(27)) } == [
                "failed   AE_TITLE          ", "warning  SCP_PROT          ", "ok       access            ",
                "ok       STORAGE_DIRECTORY ", "ok       commitment        ", "ok       SCP_PORT          ",
            ])
        let bucket = await lines(["DICOM_BUCKET": "A/B"])
        #expect(bucket.lines.contains { $0.contains("not checked: it needs DICOM_BUCKET") })
    }

    @Test("A folder below a file cannot be made")
    func folderBelowAFile() async {
        let found = await lines(["STORAGE_DIRECTORY": "/dev/null/storage"])
        #expect(!found.isUsable)
        #expect(found.lines.contains { $0.hasPrefix("failed   STORAGE_DIRECTORY") && $0.contains("Not a directory") })
    }

    @Test("A port that another socket has, and one that two settings have, fail")
    func ports() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let taken = await lines(["SCP_PORT": "\(port)", "HEALTH_PORT": "0"])
        try await listener.close()
        #expect(!taken.isUsable)
        #expect(taken.lines.contains { $0.hasPrefix("failed   SCP_PORT") && $0.contains("Address already in use") })
        #expect(taken.lines.contains { $0.hasPrefix("ok       HEALTH_PORT") })
        let twice = await lines(["SCP_PORT": "\(port)", "HEALTH_PORT": "\(port)"])
        #expect(twice.lines.contains { $0.hasPrefix("failed   HEALTH_PORT") })
    }

    @Test("Without a region, credentials and bucket are not checked")
    func noRegion() async {
        let found = await lines(["DICOM_BUCKET": "dicom", "AWS_CONFIG_FILE": "/dev/null"])
        #expect(!found.isUsable)
        #expect(found.lines.contains { $0.hasPrefix("failed   region") && $0.contains("set AWS_REGION") })
        #expect(found.lines.contains { $0.hasPrefix("warning  bucket") })
    }

    @Test("Without credentials, the bucket is not asked")
    func noCredentials() async {
        let found = await lines([
            "DICOM_BUCKET": "dicom", "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        ])
        #expect(!found.isUsable)
        #expect(found.lines.contains { $0.hasPrefix("failed   credentials") && $0.contains("no AWS credentials") })
        #expect(found.lines.contains { $0.hasPrefix("warning  bucket") })
    }

    @Test("A rule list without the right to store, and rules for titles that are rejected, are warnings")
    func rules() async {
        let verify = "[{\"callingAETitle\": \"CT1\", \"rights\": [\"verify\"]}]"
        #expect(await lines(["ACCESS_RULES": verify]).lines.contains { $0.hasPrefix("warning  ACCESS_RULES") })
        let store = "[{\"callingAETitle\": \"CT1\"}]"
        #expect(await lines(["ACCESS_RULES": store]).lines.contains { $0.hasPrefix("ok       ACCESS_RULES") })
        let rejected = ["ACCESS_RULES": store, "REQUIRE_CALLING_AE_TITLE": "MR1"]
        #expect(await lines(rejected).lines.contains { $0.hasPrefix("warning  ACCESS_RULES") })
    }

    @Test("Work that does not end is left after its time limit")
    func timeLimit() async {
        await #expect(throws: TimeLimitPassed.self) {
            try await TimeLimit.wait(.milliseconds(10)) { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    @Test("A result is one line, even if an error has several")
    func oneLine() {
        let result = CheckResult(.failed, "bucket", "a\nb", remedy: "c")
        #expect(result.description == "failed   bucket              a b. To mend it: c")
    }
}
