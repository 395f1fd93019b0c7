// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The executions in Step Functions.
package struct StepFunctionsAnswers: WaitingExecutions {
    private let stepFunctions: StepFunctionsClient

    package init(stepFunctions: StepFunctionsClient) {
        self.stepFunctions = stepFunctions
    }

    package func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) async throws -> Bool {
        do {
            switch answer {
            case .success(let progress):
                let output = String(decoding: try PipelineJSON.encode(progress), as: UTF8.self)
                try await stepFunctions.sendTaskSuccess(token: token, output: output)
            case .failure(let failure):
                try await stepFunctions.sendTaskFailure(token: token, error: failure.error, cause: failure.cause)
            }
            return true
        } catch let error as AWSServiceError where StepFunctionsClient.goneTaskCodes.contains(error.code) {
            return false
        }
    }
}
