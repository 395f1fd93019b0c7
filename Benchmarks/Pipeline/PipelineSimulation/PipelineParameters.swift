// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import StorageSCP
import Yams

/// The parameters of the pipeline, read from its state machine and its templates.
package struct PipelineParameters: Sendable {
    package var pollInterval: PollInterval
    /// The timeout of the function that receives the messages of the start queue.
    package let startTimeoutSeconds: Double
    /// The number of receivers, and the defaults of their settings.
    package let tasks: Int
    package let delivery: DeliveryLimits
    package let pace: OpeningPace
    /// Transitions of an execution whose first job imports everything: before the first wait, for each look, and after
    /// the last look.
    private let (untilWait, ofLook, afterLooks): (Int, Int, Int)

    /// `folder` is the repository.
    package init(repository folder: URL) throws {
        let pipeline = try Self.read("template/pipeline.yaml", in: folder)
        let receiver = try Self.read("template/receiver.yaml", in: folder)
        pollInterval = try PollInterval(try pipeline.text("Parameters", "PollSeconds", "Default"))
        startTimeoutSeconds = try pipeline.number("Resources", "StartImportJobFunction", "Properties", "Timeout")
        tasks = Int(try receiver.number("Parameters", "TaskDesiredCount", "Default"))
        let configuration = try Configuration(environment: ["DICOM_BUCKET": "bucket"])
        (delivery, pace) = (configuration.delivery, configuration.openingPace)
        // A JSON file is a YAML file.
        let states = try Self.read("statemachine/import.asl.json", in: folder)
        untilWait = try states.states(from: states.text("StartAt"), to: "WaitForCompletion")
        ofLook = try states.states(from: "WaitForCompletion", to: "IsComplete") + 1
        afterLooks = 1
    }

    package func transitions(looks: Int) -> Int { untilWait + ofLook * looks + afterLooks }

    private static func read(_ path: String, in folder: URL) throws -> ParameterFile {
        guard let root = try compose(yaml: String(contentsOf: folder.appending(path: path), encoding: .utf8)) else {
            throw ParameterFile.Missing(path: path)
        }
        return ParameterFile(path: path, root: root)
    }
}
