import ImportPipeline

/// The messages that this invocation holds.
package protocol HeldMessages: Sendable {
    /// Back to the head of the queue, hidden for so many seconds.
    func putBack(_ message: QueueMessage, hiddenSeconds: Int) async throws
}
