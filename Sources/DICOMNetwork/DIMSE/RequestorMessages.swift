// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The messages on an association that we requested: one operation of ours at a time, and the requests of the peer.
///
/// A value without channels, clocks or promises. A response completes the outstanding operation whatever its status is,
/// so operations with several responses (C-FIND, C-MOVE and C-GET) are not possible.
struct RequestorMessages: Sendable {
    enum Event: Hashable {
        /// There is nothing to do yet.
        case incomplete
        /// The answer to the outstanding operation.
        case response(ReceivedMessage)
        /// The peer awaits an answer from us.
        case request(ReceivedMessage)
    }

    private struct Operation: Hashable, Sendable {
        let messageID: UInt16
        let contextID: UInt8
        let response: CommandField
    }

    private let limits: RequestorLimits
    private let contextIDs: Set<UInt8>
    private var assembler: MessageAssembler
    private var operation: Operation?
    private var lastMessageID: UInt16 = 0
    /// The message whose data set is being received.
    private var message: ReceivedMessage?
    private var requests = 0

    init(contextIDs: Set<UInt8>, limits: RequestorLimits) {
        self.limits = limits
        self.contextIDs = contextIDs
        assembler = MessageAssembler(maximumCommandSetLength: limits.association.maximumCommandSetLength)
    }

    var isOperationOutstanding: Bool { operation != nil }

    /// Gives the request its message ID, and awaits its response.
    mutating func requestBegins(_ command: inout CommandSet, on contextID: UInt8) throws(CommandSetError) {
        lastMessageID = lastMessageID == .max ? 1 : lastMessageID + 1
        command.set(.messageID, lastMessageID)
        let field = CommandField(rawValue: try command.uint16(.commandField))
        operation = Operation(messageID: lastMessageID, contextID: contextID, response: field.response)
    }

    mutating func receive(_ value: PresentationDataValue) throws(MessageError) -> Event {
        guard contextIDs.contains(value.contextID) else { throw .contextNotAccepted(value.contextID) }
        switch try assembler.receive(value) {
        case .incomplete: return .incomplete
        case .command(let command, let dataSetFollows):
            let message = ReceivedMessage(
                presentationContextID: value.contextID, command: command, dataSet: dataSetFollows ? ByteBuffer() : nil)
            try check(message)
            guard !dataSetFollows else {
                self.message = message
                return .incomplete
            }
            return try complete(message)
        case .data(let fragment, let isLast):
            return try gather(fragment, isLast: isLast)
        }
    }

    private mutating func gather(_ fragment: ByteBuffer, isLast: Bool) throws(MessageError) -> Event {
        guard var message, var dataSet = message.dataSet else { throw .dataSetNotExpected }
        guard dataSet.readableBytes + fragment.readableBytes <= limits.maximumDataSetLength else {
            throw .dataSetLengthExceedsMaximum(maximum: limits.maximumDataSetLength)
        }
        // Otherwise the bytes would be shared, and copied for each fragment.
        self.message = nil
        message.dataSet = nil
        dataSet.writeImmutableBuffer(fragment)
        message.dataSet = dataSet
        guard isLast else {
            self.message = message
            return .incomplete
        }
        return try complete(message)
    }

    /// Checks a message as soon as its command is known, before any of its data set is held.
    private mutating func check(_ message: ReceivedMessage) throws(MessageError) {
        let field = CommandField(rawValue: try Self.value(.commandField, of: message))
        guard field.isResponse else {
            requests += 1
            guard requests <= limits.maximumRequests else { throw .tooManyRequests(maximum: limits.maximumRequests) }
            return
        }
        guard let operation else { throw .responseNotExpected(field) }
        let messageID = try Self.value(.messageIDBeingRespondedTo, of: message)
        guard field == operation.response, messageID == operation.messageID else {
            throw .responseToAnotherRequest(
                field, messageID: messageID, expected: operation.response, expectedMessageID: operation.messageID)
        }
        guard message.presentationContextID == operation.contextID else {
            throw .contextChanged(from: operation.contextID, to: message.presentationContextID)
        }
    }

    private mutating func complete(_ message: ReceivedMessage) throws(MessageError) -> Event {
        let field = CommandField(rawValue: try Self.value(.commandField, of: message))
        guard field.isResponse else { return .request(message) }
        operation = nil
        return .response(message)
    }

    private static func value(
        _ element: CommandElement, of message: ReceivedMessage
    ) throws(MessageError) -> UInt16 {
        do {
            return try message.command.uint16(element)
        } catch {
            throw .commandSet(error)
        }
    }
}
