// SPDX-License-Identifier: Apache-2.0

/// The result of a run of the pipeline.
package struct PipelineResult: Sendable {
    package let counts: PipelineCounts
    /// Seconds in the start queue.
    package let waits: Distribution
    package let lastStart: Double
    /// Whether the jobs started in the order in which the deliveries entered the queue.
    package let startsAreInOrder: Bool
    package let tries: Distribution
    package let looks: Distribution
    package let transitions: Distribution
    /// Seconds from a job's output manifest to the look that found it; the second one as a fraction of the job's time.
    package let delays: Distribution
    package let relativeDelays: Distribution
    package let meanJobSeconds: Double
    /// The share of jobs whose end was noticed more than 15 s and more than 15 % of the job's time late.
    package let lateShare: Double
    /// Seconds from the last acknowledgement of a study to the final item in the table, not counting the job's own
    /// time.
    package let beyondJob: Distribution
    package let starts: StartCurve
}
