// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A peer that ends its side of the connection; needs the channel option `allowRemoteHalfClosure`.
///
/// Until something is written, we cannot know whether the peer closed the whole connection, so both cases are treated
/// alike: complete messages are processed and answered. When none is left, the connection is closed.
extension AssociationHandler {
    func inputEnded() {
        // No answer can come any more. If a request is being sent, no response can follow it either.
        let isCut = notifications.flow.isSending
        endNotifications(.associationEnded)
        guard !isCut else {
            context?.close(promise: nil)
            return
        }
        switch flow.inputEnded(isInsideMessage: isInsideMessage, leaving: remainder()) {
        case .process: process()
        case .close: context?.close(promise: nil)
        }
    }

    func closeIfInputHasEnded() {
        guard let context, let eventLoop, case .close(let end) = flow.checkInputEnd(conditions) else { return }
        record.note(end)
        endTransfer()
        stopDecoding()
        // Completes when everything written before is on its way.
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: written)
        guard !flow.isClosed else { return }
        // The peer may not take its answer.
        stopARTIM()
        artim = eventLoop.assumeIsolated().scheduleTask(in: timeouts.artim) { context.close(promise: nil) }
    }

    private func remainder() -> AssociationFlow.Remainder {
        var remainder = AssociationFlow.Remainder()
        remainder.isEmpty = received.readableBytes == 0
        remainder.hasEndOfDataSet = values.contains { !$0.isCommand && $0.isLast }
        var decoder = decoder
        var rest = received
        while isDecodable, !remainder.hasAbort, let pdu = try? decoder.decode(buffer: &rest) {
            switch pdu {
            case .abort: remainder.hasAbort = true
            case .dataTF(let data) where data.values.contains(where: { !$0.isCommand && $0.isLast }):
                remainder.hasEndOfDataSet = true
            default: break
            }
        }
        return remainder
    }
}
