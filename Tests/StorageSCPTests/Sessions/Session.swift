// SPDX-License-Identifier: Apache-2.0

import Testing

/// What a peer does on one connection, and how the standard requires a receiver to react.
struct Session: Sendable, CustomTestStringConvertible {
    static let sopInstanceUID = "2.25.12"

    /// One PDU of the receiver.
    enum Reaction: Hashable, Sendable {
        /// Results of the presentation contexts, by id.
        case accept([UInt8: UInt8])
        case reject(result: UInt8, source: UInt8, reason: UInt8)
        /// A response: command field and status.
        case response(Int, Int)
        case release
        case releaseRequest
        case abort(source: UInt8, reason: UInt8)
    }

    let title: String
    /// Written one after the other, each when the reactions to the previous one have arrived.
    var steps: [Step]
    /// The data sets that must be stored afterwards; no others may be.
    var stored: [[UInt8]] = []
    /// Settings of the receiver.
    var settings: [String: String] = [:]
    /// The peer ends its side of the connection after the last step, before that step is answered.
    var endsBeforeAnswers = false

    struct Step: Sendable {
        let bytes: [UInt8]
        let reactions: [Reaction]
        /// How many bytes each write has; `nil` for all.
        var pieces: Int?
    }

    var testDescription: String { title }

    /// A request and the reactions to it.
    static func asking(
        _ title: String, _ request: [UInt8], _ reactions: Reaction..., settings: [String: String] = [:]
    ) -> Session {
        Session(title: title, steps: [Step(bytes: request, reactions: reactions)], settings: settings)
    }

    /// Bytes sent on an association that was accepted as usual.
    static func associated(
        _ title: String, _ bytes: [UInt8], _ reactions: Reaction..., stored: [[UInt8]] = [], pieces: Int? = nil,
        settings: [String: String] = [:]
    ) -> Session {
        associated(title, bytes, reactions: reactions, stored: stored, pieces: pieces, settings: settings)
    }

    static func associated(
        _ title: String, _ bytes: [UInt8], reactions: [Reaction], stored: [[UInt8]] = [], pieces: Int? = nil,
        settings: [String: String] = [:]
    ) -> Session {
        Session(
            title: title,
            steps: [
                Step(bytes: Wire.request, reactions: [.usual]),
                Step(bytes: bytes, reactions: reactions, pieces: pieces),
            ],
            stored: stored, settings: settings)
    }

    /// A C-STORE of this command and data set.
    static func storing(
        _ title: String, command: [UInt8] = Wire.store, _ dataSet: [UInt8] = Wire.dataSet(), status: Int,
        settings: [String: String] = [:]
    ) -> Session {
        associated(
            title, Wire.data(Wire.pdv(3, 3, command)) + Wire.data(Wire.pdv(3, 2, dataSet)), .stored(status),
            stored: status == 0 ? [dataSet] : [], settings: settings)
    }
}

extension Session.Reaction {
    /// PS3.8 Table 9-18: 0 acceptance, 3 abstract syntax not supported.
    static let usual = accept([1: 0, 3: 0, 5: 3])
    /// C-STORE-RSP.
    static func stored(_ status: Int) -> Self { response(0x8001, status) }
    /// C-ECHO-RSP.
    static let echoed = response(0x8030, 0)
    /// PS3.8 Table 9-26: source 2 is the provider.
    static let unrecognized = abort(source: 2, reason: 1)
    static let unexpected = abort(source: 2, reason: 2)
    static let invalid = abort(source: 2, reason: 6)
    /// AA-1.
    static let userAbort = abort(source: 0, reason: 0)
}
