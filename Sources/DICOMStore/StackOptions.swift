// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Inspection

/// Which pipeline a command is about.
struct StackOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The CloudFormation stack (default: DICOM_STORE_STACK, or \(PipelineAccess.defaultStack)).",
            discussion: """
                The stack of template/dicom-store-scp.yaml, or of template/pipeline.yaml. Credentials and region are \
                those that the AWS CLI would use: AWS_PROFILE, AWS_REGION and so on. AWS_ENDPOINT_URL leads to a local \
                AWS.
                """,
            valueName: "name"))
    var stack: String?

    @Option(
        help: ArgumentHelp(
            "The log group of the receivers, if their stack is another one (default: DICOM_STORE_RECEIVER_LOG_GROUP).",
            valueName: "name"))
    var receiverLogGroup: String?

    func open() async throws -> PipelineAccess {
        try await explained { try await PipelineAccess.open(stack: stack, receiverLogGroup: receiverLogGroup) }
    }
}

/// Errors with what the caller can do about them; the process ends with status 1.
func explained<Value>(
    by access: PipelineAccess? = nil, _ body: () async throws -> Value
) async throws -> Value {
    do {
        return try await body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let error = InspectionError.explaining(error, endpoint: access?.endpoint)
        Terminal.complain(Terminal.printable("dicomstore: \(error.text)"))
        Terminal.complain("  \(error.advice)")
        throw ExitCode.failure
    }
}
