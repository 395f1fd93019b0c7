// SPDX-License-Identifier: Apache-2.0

import ForeignPrograms
import Foundation
import HTTP
import Testing

/// Tables like those of the template, in moto with the stricter writes of the local AWS.
enum MotoTable {
    static let name = "instances"
    static let studies = "studies"

    static func serve(_ use: (_ url: String, _ http: HTTPClient) async throws -> Void) async throws {
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let ready = FileManager.default.temporaryDirectory.appending(path: "moto-\(UUID())")
        let server = Task {
            try await ForeignProgram.run(
                project.appending(path: ".venv/bin/python").path(),
                ["-c", program, ready.path(), project.appending(path: "local").path()])
        }
        defer { try? FileManager.default.removeItem(at: ready) }
        var url: String?
        for _ in 0..<600 where url == nil {
            try await Task.sleep(for: .milliseconds(100))
            url = try? String(contentsOf: ready, encoding: .utf8)
        }
        try await use(try #require(url, "moto did not start"), HTTPClient())
        try FileManager.default.removeItem(at: ready)
        let result = try await server.value
        #expect(result.status == 0, "\(result.output)")
    }

    /// Ends when the file with its address is deleted.
    private static let program = """
        import os, sys, time
        import boto3
        from moto.server import ThreadedMotoServer

        sys.path.insert(0, sys.argv[2])
        from localaws import dynamodb

        dynamodb.install()
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        url = "http://%s:%d" % server.get_host_and_port()
        client = boto3.client(
            "dynamodb", "eu-central-1", endpoint_url=url, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret"
        )
        client.create_table(
            TableName="instances",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("sopInstanceUID", "datastoreId")
            ],
            KeySchema=[
                {"AttributeName": "sopInstanceUID", "KeyType": "HASH"},
                {"AttributeName": "datastoreId", "KeyType": "RANGE"},
            ],
        )
        client.create_table(
            TableName="studies",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("study", "open", "due")],
            KeySchema=[{"AttributeName": "study", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "due",
                    "KeySchema": [
                        {"AttributeName": "open", "KeyType": "HASH"},
                        {"AttributeName": "due", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        with open(sys.argv[1] + ".new", "w") as file:
            file.write(url)
        os.rename(sys.argv[1] + ".new", sys.argv[1])
        for _ in range(1200):
            if not os.path.exists(sys.argv[1]):
                break
            time.sleep(0.1)
        server.stop()
        """
}
