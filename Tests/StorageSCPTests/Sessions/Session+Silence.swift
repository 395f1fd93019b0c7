// SPDX-License-Identifier: Apache-2.0

/// PS3.8 §9.1.5 and our own timeouts: peers that stop sending without closing.
extension Session {
    private static let impatient = ["ASSOCIATION_TIMEOUT": "3", "NETWORK_TIMEOUT": "3", "DIMSE_TIMEOUT": "3"]

    /// After `bytes` the peer sends nothing more and does not close. `waiting`: the reactions of the receiver.
    private static func silent(
        _ title: String, after bytes: [UInt8], _ waiting: Reaction..., settings: [String: String] = impatient
    ) -> Session {
        associated(title, bytes, reactions: waiting, settings: settings)
    }

    static let silence: [Session] = [
        silent("A peer that is silent between messages", after: [], .userAbort),
        silent("A peer that is silent after an echo", after: Wire.data(Wire.pdv(1, 3, Wire.echo)), .echoed, .userAbort),
        silent(
            "A peer that is silent inside a PDU", after: Array(Wire.data(Wire.pdv(1, 3, Wire.echo)).prefix(9)),
            .userAbort),
        silent(
            "A peer that is silent inside a command", after: Wire.data(Wire.pdv(1, 1, Array(Wire.echo.prefix(9)))),
            .userAbort),
        silent("A peer that is silent before a data set", after: Wire.data(Wire.pdv(3, 3, Wire.store)), .userAbort),
        silent(
            "A peer that is silent inside a data set",
            after: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [8])), .userAbort),
        silent(
            "A message that takes longer than its own limit",
            after: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [8])), .userAbort,
            settings: ["MESSAGE_TIMEOUT": "1"]),
    ]
}
