// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Assembles messages from PDVs. It collects command sets, and passes data sets on as they arrive.
///
/// PS3.8 annex E: command and data set may be cut anywhere, even into empty fragments.
package struct MessageAssembler: Sendable {
    package enum Event: Hashable, Sendable {
        /// There is nothing to do yet.
        case incomplete
        case command(CommandSet, dataSetFollows: Bool)
        case data(ByteBuffer, isLast: Bool)
    }

    private enum State {
        case idle
        case command(contextID: UInt8, ByteBuffer)
        case dataSet(contextID: UInt8)
    }

    private let maximumCommandSetLength: Int
    private var state = State.idle

    package init(maximumCommandSetLength: Int = AssociationLimits().maximumCommandSetLength) {
        self.maximumCommandSetLength = maximumCommandSetLength
    }

    /// Whether no message has begun.
    package var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    package mutating func receive(_ value: PresentationDataValue) throws(MessageError) -> Event {
        switch state {
        case .idle:
            guard value.isCommand else { throw .dataSetNotExpected }
            return try gather(value, after: ByteBuffer())
        case .command(let contextID, let gathered):
            try check(value, continues: contextID)
            guard value.isCommand else { throw .dataSetNotExpected }
            // Otherwise the collected bytes would be shared, and copied for each fragment.
            state = .idle
            return try gather(value, after: gathered)
        case .dataSet(let contextID):
            try check(value, continues: contextID)
            guard !value.isCommand else { throw .commandNotExpected }
            if value.isLast { state = .idle }
            let isEmpty = value.fragment.readableBytes == 0
            return isEmpty && !value.isLast ? .incomplete : .data(value.fragment, isLast: value.isLast)
        }
    }

    private func check(_ value: PresentationDataValue, continues contextID: UInt8) throws(MessageError) {
        guard value.contextID == contextID else { throw .contextChanged(from: contextID, to: value.contextID) }
    }

    private mutating func gather(
        _ value: PresentationDataValue, after gathered: ByteBuffer
    ) throws(MessageError) -> Event {
        let length = gathered.readableBytes + value.fragment.readableBytes
        guard length <= maximumCommandSetLength else {
            throw .commandSetLengthExceedsMaximum(length: length, maximum: maximumCommandSetLength)
        }
        var bytes = gathered
        bytes.writeImmutableBuffer(value.fragment)
        guard value.isLast else {
            state = .command(contextID: value.contextID, bytes)
            return .incomplete
        }
        do {
            let command = try CommandSet(decoding: bytes)
            let dataSetFollows = try command.uint16(.commandDataSetType) != CommandSet.noDataSet
            state = dataSetFollows ? .dataSet(contextID: value.contextID) : .idle
            return .command(command, dataSetFollows: dataSetFollows)
        } catch {
            throw .commandSet(error)
        }
    }
}
