// SPDX-License-Identifier: Apache-2.0

/// A program to be measured: `name=path argument …`.
struct Program {
    let name: String
    let command: [String]
    let canBeInvoked: Bool

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw BenchmarkError("expected NAME=COMMAND, got \(text)") }
        canBeInvoked = !parts[0].hasSuffix("*")
        name = String(parts[0].prefix { $0 != "*" })
        command = parts[1].split(separator: " ").map(String.init)
    }

    /// The environment of this project's functions. No service exists at its addresses.
    func environment(api: String) -> [String] {
        [
            "AWS_LAMBDA_RUNTIME_API=\(api)", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x",
            "AWS_LAMBDA_FUNCTION_NAME=\(name)", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_FUNCTION_VERSION=1",
            "_HANDLER=handler.handle", "LAMBDA_TASK_ROOT=/tmp", "PATH=/usr/bin:/bin", "HOME=/nonexistent",
            "TABLE_NAME=t", "DICOM_BUCKET=dicom", "OUTPUT_S3_URI=s3://output/", "STATE_MACHINE_ARN=a", "DATASTORE_ID=d",
            "DATA_ACCESS_ROLE_ARN=r", "START_QUEUE_URL=http://127.0.0.1:1/q", "POLL_SECONDS=10",
        ]
    }
}
