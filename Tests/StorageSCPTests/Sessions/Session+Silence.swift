/// PS3.8 §9.1.5 and the time-outs of a service: peers that stop in the middle.
extension Session {
    private static let impatient = ["ASSOCIATION_TIMEOUT": "3", "NETWORK_TIMEOUT": "3", "DIMSE_TIMEOUT": "3"]

    /// The peer says nothing more and does not close: `waiting` is what the receiver does about it.
    private static func silent(
        _ title: String, after bytes: [UInt8], _ waiting: Reaction..., settings: [String: String] = impatient
    ) -> Session {
        associated(title, bytes, reactions: waiting, settings: settings)
    }

    static let silence: [Session] = [
        silent("Between messages", after: [], .userAbort),
        silent("After an echo", after: Wire.data(Wire.pdv(1, 3, Wire.echo)), .echoed, .userAbort),
        silent("Inside a PDU", after: Array(Wire.data(Wire.pdv(1, 3, Wire.echo)).prefix(9)), .userAbort),
        silent("Inside a command", after: Wire.data(Wire.pdv(1, 1, Array(Wire.echo.prefix(9)))), .userAbort),
        silent("Before a data set", after: Wire.data(Wire.pdv(3, 3, Wire.store)), .userAbort),
        silent("Inside a data set", after: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [8])), .userAbort),
        silent(
            "A message that takes too long as a whole",
            after: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [8])), .userAbort,
            settings: ["MESSAGE_TIMEOUT": "1"]),
    ]
}
