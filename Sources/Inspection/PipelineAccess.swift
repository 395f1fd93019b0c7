// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import FoundationEssentials
import HTTP
import Logging

/// The caller's way to the pipeline: credentials and region as the AWS CLI finds them, and the stack.
package struct PipelineAccess: Sendable {
    package static let defaultStack = "dicom-store-scp"
    package static let stackSetting = "DICOM_STORE_STACK"
    package static let receiverLogGroupSetting = "DICOM_STORE_RECEIVER_LOG_GROUP"

    package let stack: PipelineStack
    package let client: AWSClient

    /// `nil` for a name: as in the environment. Throws `InspectionError`.
    package static func open(
        stack name: String? = nil, receiverLogGroup: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws(InspectionError) -> PipelineAccess {
        func setting(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        do {
            let configuration = try AWSConfiguration(environment: environment)
            let client = AWSClient(
                configuration: configuration,
                credentials: CredentialsProvider(configuration, http: HTTPClient(maximumConnections: 2)),
                http: HTTPClient(maximumConnections: InspectionLimits.requestsAtOnce),
                logger: Logger(label: "dicomstore") { _ in SwiftLogNoOpLogHandler() })
            let stack = try await PipelineStack.read(
                name: name ?? setting(stackSetting) ?? defaultStack,
                receiverLogGroup: receiverLogGroup ?? setting(receiverLogGroupSetting), client: client)
            return PipelineAccess(stack: stack, client: client)
        } catch {
            throw .explaining(error, endpoint: setting("AWS_ENDPOINT_URL"))
        }
    }

    package var inspector: StackInspector { StackInspector(stack: stack, client: client) }

    /// The address that AWS_ENDPOINT_URL names; `nil` for AWS itself.
    package var endpoint: String? {
        let endpoint = client.configuration.endpoint(of: .stepFunctions)
        return endpoint.isConfigured ? endpoint.url : nil
    }
}
