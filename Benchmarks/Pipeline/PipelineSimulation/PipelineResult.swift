/// What a run of the pipeline came to.
package struct PipelineResult: Sendable {
    package let counts: PipelineCounts
    /// Seconds in the start queue.
    package let waits: Distribution
    package let lastStart: Double
    /// In which deliveries entered the queue.
    package let startsAreInOrder: Bool
    package let tries: Distribution
    package let looks: Distribution
    package let transitions: Distribution
    /// Seconds from a job's output to the look that noticed it, and the same as a part of the job's time.
    package let delays: Distribution
    package let relativeDelays: Distribution
    package let meanJobSeconds: Double
    /// Of the jobs, those whose end was noticed later than 15 s and 15 %.
    package let lateShare: Double
    /// Seconds from the last acknowledgement of a study to the table's last word, without the job's own.
    package let beyondJob: Distribution
    package let starts: StartCurve
}
