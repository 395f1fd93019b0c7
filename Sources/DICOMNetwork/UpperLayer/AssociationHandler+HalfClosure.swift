import NIOCore

/// A peer that ends its side of the connection, for which the channel's `allowRemoteHalfClosure` is set.
///
/// Whether it closed the whole connection is not seen before something is written to it, so that both are treated alike: what
/// came whole is worked off and answered, and then, or at once if there is nothing of the kind, the connection is closed.
extension AssociationHandler {
    func inputEnded() {
        inputHasEnded = true
        if isWorthWaiting() {
            process()
        } else {
            context?.close(promise: nil)
        }
    }

    /// Nothing more comes: closes the connection when nothing is left to be answered.
    func closeIfInputHasEnded() {
        guard inputHasEnded, !isBlocked, finishing.isEmpty, !isClosing, let context, let eventLoop else { return }
        isClosing = true
        record.note(hasAnsweredSinceInputEnded ? .halfClosed : .connectionLost)
        endTransfer()
        stopDecoding()
        // Completes when what was written before it is on its way.
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: written)
        guard !isClosed else { return }
        // A peer that does not take its answer.
        stopARTIM()
        artim = eventLoop.assumeIsolated().scheduleTask(in: timeouts.artim) { context.close(promise: nil) }
    }

    /// Whether something can come of what the application is waited for. An A-ABORT that was not decoded says no, and so does a
    /// data set whose end did not come: its sender died, and it would take memory that others need.
    private func isWorthWaiting() -> Bool {
        guard isWaitingForApplication else { return true }
        var hasEndOfDataSet = values.contains { !$0.isCommand && $0.isLast }
        var decoder = decoder
        var rest = received
        while isDecodable, let pdu = try? decoder.decode(buffer: &rest) {
            switch pdu {
            case .abort: return false
            case .dataTF(let data):
                hasEndOfDataSet = hasEndOfDataSet || data.values.contains { !$0.isCommand && $0.isLast }
            default: break
            }
        }
        // The decoder takes no message before the association is accepted.
        if wait == .decision { return received.readableBytes > 0 }
        return wait != .delivery(finishing: nil) || hasEndOfDataSet || !finishing.isEmpty
    }
}
