// SPDX-License-Identifier: Apache-2.0

/// PS3.4 §J.3.2, PS3.7 §10.1.4: requests for storage commitment, valid and not valid. The receiver takes three
/// references at most.
extension Session {
    static let commitment: [Session] = commands + otherServices + values + references + structure + limits + valid

    static let maximumReferences = 3

    private static func committing(
        _ title: String, command: [UInt8] = Wire.action(), _ dataSet: [UInt8]?,
        on context: UInt8 = Wire.commitmentContext,
        _ reaction: Reaction, pieces: Int? = nil
    ) -> Session {
        let message =
            Wire.data(Wire.pdv(context, 3, command)) + (dataSet.map { Wire.data(Wire.pdv(context, 2, $0)) } ?? [])
        return Session(
            title: title,
            steps: [
                Step(bytes: Wire.commitmentRequest, reactions: [.accept([1: 0, 3: 0, 5: 3, 7: 0, 9: 0])]),
                Step(bytes: message, reactions: [reaction], pieces: pieces),
            ])
    }

    /// A request whose command is not valid, with a valid data set.
    private static func refused(_ title: String, _ command: [UInt8], _ status: Int) -> Session {
        committing(title, command: command, dataSet, .acted(status))
    }

    private static func read(_ title: String, _ dataSet: [UInt8], _ status: Int) -> Session {
        committing(title, dataSet, .acted(status))
    }

    private static let dataSet = Wire.transaction() + Wire.sequence(Wire.sequenceItem(Wire.reference("2.25.1")))

    // MARK: Commands

    private static let commands: [Session] = [
        refused("An N-ACTION without a class", Wire.action(sopClass: []), 0x0212),
        refused(
            "An N-ACTION whose class is not a UID", Wire.action(sopClass: Wire.element(0x0003, Array("STGCMT".utf8))),
            0x0212),
        refused("An N-ACTION without an instance", Wire.action(instance: []), 0x0212),
        refused("An N-ACTION with an empty instance", Wire.action(instance: Wire.element(0x1001, [])), 0x0117),
        refused(
            "An N-ACTION whose instance is not a UID",
            Wire.action(instance: Wire.element(0x1001, Array("1..2".utf8))), 0x0117),
        refused(
            "An N-ACTION whose instance has 66 characters",
            Wire.action(instance: Wire.element(0x1001, [UInt8](repeating: 0x31, count: 66))), 0x0117),
        refused(
            "An N-ACTION on an instance other than the well-known one",
            Wire.action(instance: Wire.element(0x1001, Wire.uid("1.2.840.10008.1.20.1.2"))), 0x0112),
        refused(
            "An N-ACTION on the well-known instance as one of another class",
            Wire.action(sopClass: Wire.element(0x0003, Wire.uid(Wire.ct))), 0x0119),
        refused(
            "An N-ACTION on an instance of another class",
            Wire.action(
                sopClass: Wire.element(0x0003, Wire.uid(Wire.ct)), instance: Wire.element(0x1001, Wire.uid("2.25.1"))),
            0x0118),
        refused(
            "An N-ACTION of the Pull Model (retired)",
            Wire.action(
                sopClass: Wire.element(0x0003, Wire.uid("1.2.840.10008.1.20.2")),
                instance: Wire.element(0x1001, Wire.uid("1.2.840.10008.1.20.2.1"))), 0x0118),
        refused("An N-ACTION without an action type", Wire.action(type: []), 0x0212),
        refused("An action type of 1 byte", Wire.action(type: Wire.element(0x1008, [1])), 0x0212),
        refused("An action type of 4 bytes", Wire.action(type: Wire.element(0x1008, Wire.little32(1))), 0x0212),
        refused("The action type 0", Wire.action(type: Wire.element(0x1008, Wire.little16(0))), 0x0123),
        refused("The action type 2", Wire.action(type: Wire.element(0x1008, Wire.little16(2))), 0x0123),
        refused("The action type 1 in big endian", Wire.action(type: Wire.element(0x1008, Wire.big16(1))), 0x0123),
        refused(
            "Affected in place of requested UIDs",
            Wire.command(
                Wire.element(0x0002, Wire.uid(Wire.commitment)), Wire.field(0x0130), Wire.messageID,
                Wire.dataSetFollows, Wire.element(0x1000, Wire.uid(Wire.commitmentInstance)), Wire.actionType), 0x0212),
        committing(
            "An N-ACTION without a data set", command: Wire.action(follows: Wire.noDataSet), nil, .acted(0x0115)),
        committing("An N-ACTION without a message ID", command: Wire.action(messageID: []), nil, .userAbort),
    ]

    private static let otherServices: [Session] = [
        committing("An N-ACTION on a context for storage", dataSet, on: 3, .acted(0x0211)),
        committing("An N-ACTION on a context for verification", dataSet, on: 1, .acted(0x0211)),
        committing(
            "A C-STORE on a context for storage commitment", command: Wire.store, Wire.dataSet(), .stored(0x0211)),
        committing("A C-ECHO on a context for storage commitment", command: Wire.echo, nil, .echoed),
        committing(
            "An N-EVENT-REPORT-RQ on a context for storage commitment",
            command: Wire.command(Wire.classUID, Wire.field(0x0100), Wire.messageID, Wire.dataSetFollows), dataSet,
            .response(0x8100, 0x0211)),
        committing(
            "An N-EVENT-REPORT-RSP that answers nothing",
            command: Wire.command(
                Wire.field(0x8100), Wire.element(0x0120, Wire.little16(1)), Wire.noDataSet,
                Wire.element(0x0900, Wire.little16(0))), nil, .userAbort),
        committing(
            "An N-ACTION-RSP that answers nothing",
            command: Wire.command(
                Wire.field(0x8130), Wire.element(0x0120, Wire.little16(1)), Wire.noDataSet,
                Wire.element(0x0900, Wire.little16(0))), nil, .userAbort),
    ]

    // MARK: Data sets

    private static let values: [Session] = [
        read("An empty data set", [], 0x0115),
        read("No transaction UID", Wire.sequence(Wire.sequenceItem(Wire.reference("2.25.1"))), 0x0115),
        read("An empty transaction UID", Wire.transaction("") + references(1), 0x0115),
        read("A transaction UID that is not a UID", Wire.transaction("JANE^DOE") + references(1), 0x0115),
        read(
            "A transaction UID of 66 characters",
            Wire.transaction(String(repeating: "1", count: 66)) + references(1), 0x0115),
        read(
            "A transaction UID of 2,000 bytes", Wire.transaction(String(repeating: "1", count: 2000)) + references(1),
            0x0115),
        read(
            "Two transaction UIDs", Wire.transaction() + Wire.transaction("2.25.78") + references(1), 0x0115),
        read("No Referenced SOP Sequence", Wire.transaction(), 0x0115),
        read(
            "Two Referenced SOP Sequences", Wire.transaction() + references(1) + references(1), 0x0115),
        read("A Referenced SOP Sequence without items", Wire.transaction() + Wire.sequence([]), 0x0115),
        read(
            "A Referenced SOP Sequence of undefined length without items", Wire.transaction() + Wire.openSequence([]),
            0x0115),
        read(
            "A Referenced SOP Sequence that is a UID",
            Wire.transaction() + Wire.explicitElement(8, 0x1199, "UI", Wire.uid("2.25.1")), 0x0115),
    ]

    private static func references(_ count: Int) -> [UInt8] {
        Wire.sequence((0..<count).flatMap { Wire.sequenceItem(Wire.reference("2.25.\($0 + 1)")) })
    }

    private static func of(_ items: [UInt8]...) -> [UInt8] {
        Wire.transaction() + Wire.sequence(items.flatMap { Wire.sequenceItem($0) })
    }

    private static let references: [Session] = [
        read("A reference without a class", of(Wire.referencedInstance("2.25.1")), 0x0115),
        read("A reference without an instance", of(Wire.referencedClass()), 0x0115),
        read("An empty item after a reference", of(Wire.reference("2.25.1"), []), 0x0115),
        read("A reference whose class is not a UID", of(Wire.reference("2.25.1", sopClass: "CT")), 0x0115),
        read("A reference whose instance is not a UID", of(Wire.reference("2.25.1/../2")), 0x0115),
        read("A reference whose instance is empty", of(Wire.reference("")), 0x0115),
        read(
            "A reference with two classes",
            of(Wire.referencedClass() + Wire.referencedClass() + Wire.referencedInstance("2.25.1")), 0x0115),
        read(
            "An instance that is named with two classes",
            of(Wire.reference("2.25.1"), Wire.reference("2.25.1", sopClass: "1.2.840.10008.5.1.4.1.1.4")), 0x0115),
        read(
            "A reference in a sequence of its item only",
            of(Wire.sequence(Wire.sequenceItem(Wire.reference("2.25.1")), element: 0x1199)), 0x0115),
    ]

    private static let item = Wire.sequenceItem(Wire.reference("2.25.1"))

    private static let structure: [Session] = [
        read(
            "An item shorter than its elements",
            Wire.transaction() + Wire.sequence(Wire.sequenceItem(Wire.reference("2.25.1"), length: 12)), 0x0115),
        read(
            "An item longer than its sequence",
            Wire.transaction() + Wire.sequence(Wire.sequenceItem(Wire.reference("2.25.1"), length: 500)), 0x0115),
        read(
            "A sequence that ends inside the header of an item",
            Wire.transaction() + Wire.sequence(item + [0xFE, 0xFF, 0, 0xE0]), 0x0115),
        read("A sequence longer than the data set", Wire.transaction() + Wire.sequence(item, length: 500), 0x0115),
        read("A data set that ends inside a header", dataSet + [0x10, 0, 0x10, 0, 0x50, 0x4E, 4, 0, 0x31], 0x0115),
        read("A data set that ends inside a reference", Array(dataSet.dropLast(2)), 0x0115),
        read(
            "A data set that ends before the delimiter",
            Array((Wire.transaction() + Wire.openSequence(item)).dropLast(8)), 0x0115),
        read(
            "An element between two items",
            Wire.transaction() + Wire.openSequence(item + Wire.referencedClass() + item), 0x0115),
        read(
            "Implicit VR on a context for Explicit VR",
            Wire.implicitElement(8, 0x1195, Wire.uid("2.25.77"))
                + Wire.implicitElement(8, 0x1199, Wire.sequenceItem(Wire.implicitReference("2.25.1"))), 0x0115),
        committing(
            "Explicit VR on a context for Implicit VR", dataSet, on: Wire.implicitCommitmentContext, .acted(0x0115)),
    ]

    private static let limits: [Session] = [
        read("More references than the limit", Wire.transaction() + references(maximumReferences + 1), 0x0213),
        read(
            "One reference, more often than the limit",
            of(Wire.reference("2.25.1"), Wire.reference("2.25.1"), Wire.reference("2.25.1"), Wire.reference("2.25.1")),
            0x0213),
        read(
            "A data set longer than the limit",
            dataSet + Wire.explicitElement(0x11, 0x1010, "OB", [UInt8](repeating: 0, count: 70_000)), 0x0213),
        read(
            "An element of 4 GiB",
            dataSet + Wire.little16(0x11) + Wire.little16(0x1010) + Array("OB".utf8) + [0, 0]
                + Wire.little32(0xFFFF_FFF0), 0x0213),
        read(
            "Items nested deeper than the limit",
            Wire.transaction()
                + (0..<20).flatMap { _ in
                    Wire.sequence(Wire.sequenceItem([], length: Wire.undefined), length: Wire.undefined)
                }, 0x0213),
    ]

    // MARK: Valid

    private static func taken(_ title: String, _ dataSet: [UInt8], pieces: Int? = nil) -> Session {
        committing(title, dataSet, .acted(0), pieces: pieces)
    }

    private static let besides = Wire.explicitElement(0x88, 0x0130, "SH", Array("DISK 1".utf8))

    private static let valid: [Session] = [
        taken("Sequence and items of defined length", dataSet),
        taken(
            "Sequence and items of undefined length",
            Wire.transaction() + Wire.openSequence(Wire.openItem(Wire.reference("2.25.1")))),
        taken(
            "A defined sequence of undefined items",
            Wire.transaction() + Wire.sequence(Wire.openItem(Wire.reference("2.25.1")))),
        taken("An undefined sequence of defined items", Wire.transaction() + Wire.openSequence(item)),
        taken("As many references as the limit", Wire.transaction() + references(maximumReferences)),
        taken("The same reference twice", of(Wire.reference("2.25.1"), Wire.reference("2.25.1"))),
        taken("The sequence before the transaction UID", references(1) + Wire.transaction()),
        taken(
            "Other elements at every level",
            Wire.explicitElement(8, 0x0054, "AE", Array("ARCHIVE ".utf8)) + Wire.transaction()
                + Wire.openSequence(
                    Wire.openItem(
                        Wire.explicitElement(8, 0x0054, "AE", Array("ARCHIVE ".utf8)) + Wire.reference("2.25.1")
                            + Wire.openSequence(Wire.openItem(Wire.reference("2.25.9")), element: 0x1250)
                            + Wire.sequence(item, element: 0x1260) + besides)) + besides),
        taken(
            "A sequence whose VR the sender did not know",
            Wire.transaction()
                + Wire.sequence(Wire.sequenceItem(Wire.implicitReference("2.25.1")), vr: "UN")),
        taken("A request written byte by byte", dataSet, pieces: 1),
        committing(
            "Implicit VR",
            Wire.implicitElement(8, 0x1195, Wire.uid("2.25.77"))
                + Wire.implicitElement(8, 0x1199, Wire.sequenceItem(Wire.implicitReference("2.25.1"))),
            on: Wire.implicitCommitmentContext, .acted(0)),
        committing(
            "Implicit VR with undefined lengths",
            Wire.implicitElement(8, 0x1195, Wire.uid("2.25.77"))
                + Wire.implicitElement(
                    8, 0x1199, Wire.openItem(Wire.implicitReference("2.25.1")) + Wire.sequenceEnd,
                    length: Wire.undefined), on: Wire.implicitCommitmentContext, .acted(0)),
    ]
}

extension Session.Reaction {
    /// N-ACTION-RSP.
    static func acted(_ status: Int) -> Self { response(0x8130, status) }
}
