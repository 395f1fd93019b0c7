// SPDX-License-Identifier: Apache-2.0

/// PS3.8 annex E and PS3.7 §6.3: the legal ways to cut messages into PDVs and PDUs.
extension Session {
    private static let store = Wire.store
    private static let dataSet = Wire.dataSet()

    private static func cut(_ bytes: [UInt8], every size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0...].prefix(size)) }
    }

    /// One PDV for each piece. `control` does not include the bit for the last fragment.
    private static func values(_ pieces: [[UInt8]], _ control: UInt8) -> [[UInt8]] {
        pieces.enumerated().map { index, piece in
            Wire.pdv(3, index == pieces.count - 1 ? control | 2 : control, piece)
        }
    }

    private static func stored(_ title: String, _ bytes: [UInt8], pieces: Int? = nil) -> Session {
        associated(title, bytes, .stored(0), stored: [dataSet], pieces: pieces)
    }

    private static func second(_ uid: String) -> (command: [UInt8], dataSet: [UInt8]) {
        (
            Wire.command(
                Wire.classUID, Wire.field(1), Wire.element(0x0110, Wire.little16(8)), Wire.medium, Wire.dataSetFollows,
                Wire.instanceUID(uid)),
            Wire.dataSet(instance: uid)
        )
    }

    private static let other = second("2.25.13")

    static let messages: [Session] = [
        stored(
            "A command and a data set in one PDV each",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.data(Wire.pdv(3, 2, dataSet))),
        stored("A command and a data set in one PDU", Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet))),
        stored(
            "A command with one PDU for each byte",
            values(cut(store, every: 1), 1).flatMap { Wire.data($0) } + Wire.data(Wire.pdv(3, 2, dataSet))),
        stored(
            "A command in PDVs of one byte, all in one PDU",
            Wire.pdu(4, values(cut(store, every: 1), 1).flatMap { $0 }) + Wire.data(Wire.pdv(3, 2, dataSet))),
        stored(
            "A data set in PDVs of one byte, all in one PDU",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.pdu(4, values(cut(dataSet, every: 1), 0).flatMap { $0 })),
        stored(
            "A data set in fragments of seven bytes",
            Wire.data(Wire.pdv(3, 3, store)) + values(cut(dataSet, every: 7), 0).flatMap { Wire.data($0) }),
        stored(
            "Three PDVs of unequal length in a PDU",
            Wire.data(Wire.pdv(3, 3, store))
                + Wire.data(
                    Wire.pdv(3, 0, Array(dataSet[..<3])), Wire.pdv(3, 0, Array(dataSet[3..<500])),
                    Wire.pdv(3, 2, Array(dataSet[500...])))),
        stored(
            "Empty fragments before, between and after the others",
            Wire.data(Wire.pdv(3, 1, [])) + Wire.data(Wire.pdv(3, 1, store), Wire.pdv(3, 1, []), Wire.pdv(3, 3, []))
                + Wire.data(Wire.pdv(3, 0, []))
                + Wire.data(Wire.pdv(3, 0, dataSet), Wire.pdv(3, 0, []), Wire.pdv(3, 2, []))),
        stored(
            "The end of a command and the beginning of its data set in one PDU",
            Wire.data(Wire.pdv(3, 1, Array(store.prefix(20))))
                + Wire.data(Wire.pdv(3, 3, Array(store.dropFirst(20))), Wire.pdv(3, 0, Array(dataSet.prefix(9))))
                + Wire.data(Wire.pdv(3, 2, Array(dataSet.dropFirst(9))))),
        stored(
            "A message written byte by byte to the connection",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.data(Wire.pdv(3, 2, dataSet)), pieces: 1),
        stored(
            "A message written in segments of eleven bytes",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.data(Wire.pdv(3, 2, dataSet)), pieces: 11),
        stored(
            "A reserved byte in the PDU header that is not zero",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.pdu(4, Wire.pdv(3, 2, dataSet), reserved: 0xAA)),
        associated(
            "Two messages in one PDU",
            Wire.data(
                Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet), Wire.pdv(3, 3, other.command),
                Wire.pdv(3, 2, other.dataSet)),
            .stored(0), .stored(0), stored: [dataSet, other.dataSet]),
        associated(
            "A message sent before the previous one is answered, although no operations window was negotiated",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.data(Wire.pdv(3, 2, dataSet))
                + Wire.data(Wire.pdv(3, 3, other.command))
                + Wire.data(Wire.pdv(3, 2, other.dataSet)),
            .stored(0), .stored(0), stored: [dataSet, other.dataSet]),
        associated(
            "The same instance twice: both copies are stored",
            Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet), Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet)),
            .stored(0), .stored(0), stored: [dataSet, dataSet]),
        associated(
            "An echo before and after a store in one PDU",
            Wire.data(
                Wire.pdv(1, 3, Wire.echo), Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet), Wire.pdv(1, 3, Wire.echo)),
            .echoed, .stored(0), .echoed, stored: [dataSet]),
        associated(
            "A hundred echoes in one PDU",
            Wire.pdu(4, (0..<100).flatMap { _ in Wire.pdv(1, 3, Wire.echo) }), reactions: (0..<100).map { _ in .echoed }
        ),
        limited("A maximum length of 1, too short for any PDV, is ignored", 1),
        limited("A maximum length of 7 gets a response in PDVs of one byte", 7),
        limited("A maximum length of 0 means no limit", 0),
        limited("A maximum length of 2^32 - 1", 0xFFFF_FFFF),
    ]

    private static func limited(_ title: String, _ maximumLength: Int) -> Session {
        let information = Wire.userInformation(Wire.item(0x51, Wire.big32(maximumLength)))
        return Session(
            title: title,
            steps: [
                Step(
                    bytes: Wire.request(Wire.applicationContext, Wire.contexts, information), reactions: [.usual]),
                Step(bytes: Wire.data(Wire.pdv(1, 3, Wire.echo)), reactions: [.echoed]),
            ])
    }
}
