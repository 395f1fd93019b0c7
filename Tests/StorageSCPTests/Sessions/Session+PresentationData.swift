// SPDX-License-Identifier: Apache-2.0

/// PS3.8 §9.3.5 and annex E: lengths, contexts and control headers of PDVs.
extension Session {
    private static let echo = Wire.echo
    private static let store = Wire.store
    private static let dataSet = Wire.dataSet()

    static let presentationData: [Session] = [
        associated("A P-DATA-TF without a PDV", Wire.pdu(4, []), .invalid),
        associated("A PDV of length 0", Wire.pdu(4, [0, 0, 0, 0]), .invalid),
        associated("A PDV of length 1", Wire.pdu(4, [0, 0, 0, 1, 1]), .invalid),
        associated("A PDV of length 2^32 - 1", Wire.data(Wire.pdv(1, 3, echo, length: 0xFFFF_FFFF)), .invalid),
        associated(
            "A PDV of length 2^32 - 4, which overflows if 4 is added",
            Wire.data(Wire.pdv(1, 3, echo, length: 0xFFFF_FFFC)), .invalid),
        associated("A PDV of length 2^31", Wire.data(Wire.pdv(1, 3, echo, length: 0x8000_0000)), .invalid),
        associated(
            "A PDV one byte longer than its PDU", Wire.data(Wire.pdv(1, 3, echo, length: echo.count + 3)), .invalid),
        associated("One byte after the last PDV", Wire.pdu(4, Wire.pdv(1, 3, echo) + [0]), .invalid),
        associated("Three bytes after the last PDV", Wire.pdu(4, Wire.pdv(1, 3, echo) + [0, 0, 0]), .invalid),
        associated(
            "A valid PDV before an invalid one: neither is answered",
            Wire.data(Wire.pdv(1, 3, echo), Wire.pdv(1, 3, echo, length: 1)), .invalid),
        associated("A P-DATA-TF of 4 GiB", Wire.pdu(4, [], length: 0xFFFF_FFFF), .invalid),
        associated("A P-DATA-TF longer than the limit", Wire.pdu(4, [], length: (1 << 20) + 1), .invalid),
        associated(
            "A P-DATA-TF longer than announced, but within the limit",
            Wire.data(Wire.pdv(3, 3, store)) + Wire.data(Wire.pdv(3, 2, Wire.dataSet(pixels: 200_000))), .stored(0),
            stored: [Wire.dataSet(pixels: 200_000)]),
        associated(
            "A P-DATA-TF longer than a limit set lower",
            Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 2, Wire.dataSet(pixels: 10_000))),
            .invalid, settings: ["MAXIMUM_RECEIVED_PDU_SIZE": "4096", "MAXIMUM_PDU_SIZE": "4096"]),
        associated(
            "More PDVs than the limit", Wire.data(Wire.pdv(1, 1, []), Wire.pdv(1, 1, []), Wire.pdv(1, 3, echo)),
            .invalid, settings: ["MAXIMUM_PDVS": "2"]),
        associated(
            "As many PDVs as the limit", Wire.data(Wire.pdv(1, 1, []), Wire.pdv(1, 3, echo)), .echoed,
            settings: ["MAXIMUM_PDVS": "2"]),
        associated("A PDV on a refused presentation context", Wire.data(Wire.pdv(5, 3, echo)), .invalid),
        associated("A PDV on a presentation context that was not proposed", Wire.data(Wire.pdv(7, 3, echo)), .invalid),
        associated("A PDV on presentation context 0", Wire.data(Wire.pdv(0, 3, echo)), .invalid),
        associated("A PDV on an even presentation context", Wire.data(Wire.pdv(2, 3, echo)), .invalid),
        associated("A data set without a command", Wire.data(Wire.pdv(3, 2, dataSet)), .invalid),
        associated("An empty data fragment without a command", Wire.data(Wire.pdv(3, 0, [])), .invalid),
        associated(
            "A data fragment inside a command",
            Wire.data(Wire.pdv(3, 1, Array(store.prefix(10))), Wire.pdv(3, 2, dataSet)),
            .invalid),
        associated(
            "A command inside a data set", Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 0, [1]), Wire.pdv(3, 3, echo)),
            .invalid),
        associated(
            "A second command instead of a data set", Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 3, store)), .invalid),
        associated(
            "A command that changes its presentation context",
            Wire.data(Wire.pdv(1, 1, Array(echo.prefix(10))), Wire.pdv(3, 3, Array(echo.dropFirst(10)))), .invalid),
        associated(
            "A data set that changes its presentation context",
            Wire.data(
                Wire.pdv(3, 3, store), Wire.pdv(3, 0, Array(dataSet.prefix(100))),
                Wire.pdv(1, 2, Array(dataSet.dropFirst(100)))),
            .invalid),
        associated(
            "A data set on a presentation context other than its command's",
            Wire.data(Wire.pdv(3, 3, store), Wire.pdv(1, 2, dataSet)),
            .invalid),
        associated(
            "Bits 2 to 7 of the control header are ignored",
            Wire.data(Wire.pdv(3, 0xFF, store), Wire.pdv(3, 0xFE, dataSet)), .stored(0), stored: [dataSet]),
        associated(
            "A second data set after the first is complete",
            Wire.data(Wire.pdv(3, 3, store), Wire.pdv(3, 2, dataSet), Wire.pdv(3, 2, dataSet)), .stored(0), .invalid,
            stored: [dataSet]),
    ]
}
