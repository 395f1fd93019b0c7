// SPDX-License-Identifier: Apache-2.0

/// PS3.7 §6.3, §9.3, annex C and §E.1: command sets that are not valid, unusual or not supported.
extension Session {
    private static let dataSet = Wire.dataSet()

    /// A C-STORE-RQ of these elements.
    private static func storing(
        _ title: String, _ elements: [UInt8]..., status: Int, settings: [String: String] = [:]
    ) -> Session {
        storing(title, command: Wire.command(elements.flatMap { $0 }), status: status, settings: settings)
    }

    private static func named(_ title: String, _ uid: [UInt8], status: Int) -> Session {
        storing(
            title, Wire.classUID, Wire.field(1), Wire.messageID, Wire.medium, Wire.dataSetFollows,
            Wire.element(0x1000, uid), status: status)
    }

    private static func named(_ title: String, _ uid: String, status: Int = 0x0117) -> Session {
        named(title, Array(uid.utf8), status: status)
    }

    private static func ofClass(_ title: String, _ uid: String, status: Int) -> Session {
        storing(
            title, Wire.element(0x0002, Wire.uid(uid)), Wire.field(1), Wire.messageID, Wire.medium, Wire.dataSetFollows,
            Wire.instanceUID(), status: status)
    }

    /// A command without a data set.
    private static func commanding(
        _ title: String, _ command: [UInt8], on context: UInt8 = 1, _ reactions: Reaction...
    ) -> Session {
        associated(title, Wire.data(Wire.pdv(context, 3, command)), reactions: reactions)
    }

    private static func unknown(_ name: String, _ field: Int) -> Session {
        commanding(
            "\(name), which is not supported",
            Wire.command(Wire.classUID, Wire.field(field), Wire.messageID, Wire.noDataSet),
            .response(field | 0x8000, 0x0211))
    }

    static let commandSets: [Session] = structure + elements + uids + operations

    private static let structure: [Session] = [
        commanding("An empty command set", [], .userAbort),
        commanding("A command set of seven bytes", [0, 0, 0, 0, 4, 0, 0], .userAbort),
        commanding("An element that extends past the command set", Wire.element(0x0002, [0x31], length: 9), .userAbort),
        commanding("An element of 4 GiB", Wire.element(0x0002, [0x31], length: 0xFFFF_FFFF), .userAbort),
        commanding(
            "An element of group 0008", Wire.echo + Wire.element(0x0016, Wire.uid("1.2"), group: 8), .userAbort),
        commanding("The same element twice", Wire.echo + Wire.messageID, .userAbort),
        commanding(
            "A wrong group length",
            Wire.command(
                Wire.element(0x0002, Wire.uid(Wire.verification)), Wire.field(0x30), Wire.messageID, Wire.noDataSet,
                groupLength: 9999), .echoed),
        commanding("No group length", Array(Wire.echo.dropFirst(12)), .echoed),
        commanding(
            "Elements in descending order", Wire.command(Wire.noDataSet, Wire.messageID, Wire.field(0x30)), .echoed),
        commanding(
            "An element that the standard does not define", Wire.echo + Wire.element(0x7777, [1, 2, 3, 4]), .echoed),
        commanding("A retired element of odd length", Wire.echo + Wire.element(0x0001, [1, 2, 3]), .echoed),
        commanding("A command set in Explicit VR", Array("\0\0\0\0UL".utf8) + [4, 0, 0, 0, 0, 0], .userAbort),
        commanding(
            "A command set longer than the limit",
            Wire.echo + Wire.element(0x7777, [UInt8](repeating: 0, count: 16 << 10)), .userAbort),
        associated(
            "A command set whose fragments exceed the limit together",
            (0..<40).flatMap { _ in Wire.data(Wire.pdv(1, 1, [UInt8](repeating: 0, count: 500))) }, .userAbort),
        associated(
            "A command set longer than a limit set lower",
            Wire.data(Wire.pdv(1, 3, Wire.echo + Wire.element(0x7777, [UInt8](repeating: 0, count: 256)))),
            .userAbort, settings: ["MAXIMUM_COMMAND_SET_SIZE": "256"]),
    ]

    private static let elements: [Session] = [
        commanding("No command field", Wire.command(Wire.messageID, Wire.noDataSet), .userAbort),
        commanding(
            "A command field of four bytes",
            Wire.command(Wire.element(0x0100, [0x30, 0, 0, 0]), Wire.messageID, Wire.noDataSet), .userAbort),
        commanding("No message ID", Wire.command(Wire.field(0x30), Wire.noDataSet), .userAbort),
        commanding(
            "A message ID of one byte", Wire.command(Wire.field(0x30), Wire.element(0x0110, [1]), Wire.noDataSet),
            .userAbort),
        commanding("No data set type", Wire.command(Wire.field(0x30), Wire.messageID), .userAbort),
        commanding(
            "A C-STORE-RQ without a message ID",
            Wire.command(Wire.classUID, Wire.field(1), Wire.noDataSet, Wire.instanceUID()), on: 3, .userAbort),
        commanding(
            "A C-STORE-RQ without a data set",
            Wire.command(Wire.classUID, Wire.field(1), Wire.messageID, Wire.noDataSet, Wire.instanceUID()), on: 3,
            .stored(0xC000)),
        storing(
            "A C-STORE-RQ without a SOP class UID", Wire.field(1), Wire.messageID, Wire.dataSetFollows,
            Wire.instanceUID(),
            status: 0x0212),
        storing(
            "A C-STORE-RQ without a SOP instance UID", Wire.classUID, Wire.field(1), Wire.messageID,
            Wire.dataSetFollows,
            status: 0x0212),
        storing(
            "A C-STORE-RQ without a priority", Wire.classUID, Wire.field(1), Wire.messageID, Wire.dataSetFollows,
            Wire.instanceUID(), status: 0),
        storing(
            "A priority that is not defined", Wire.classUID, Wire.field(1), Wire.messageID,
            Wire.element(0x0700, [9, 9]),
            Wire.dataSetFollows, Wire.instanceUID(), status: 0),
        storing(
            "A priority of four bytes", Wire.classUID, Wire.field(1), Wire.messageID,
            Wire.element(0x0700, [0, 0, 0, 0]),
            Wire.dataSetFollows, Wire.instanceUID(), status: 0),
        storing(
            "A move originator", Wire.classUID, Wire.field(1), Wire.messageID, Wire.medium, Wire.dataSetFollows,
            Wire.instanceUID(), Wire.element(0x1030, Wire.title("MOVER")), Wire.element(0x1031, Wire.little16(3)),
            status: 0),
        storing(
            "A move originator of the wrong type", Wire.classUID, Wire.field(1), Wire.messageID, Wire.medium,
            Wire.dataSetFollows, Wire.instanceUID(), Wire.element(0x1030, [0xFF]), Wire.element(0x1031, [1]), status: 0),
        storing(
            "Message ID 0", Wire.classUID, Wire.field(1), Wire.element(0x0110, [0, 0]), Wire.dataSetFollows,
            Wire.instanceUID(), status: 0),
        storing(
            "Message ID 65535", Wire.classUID, Wire.field(1), Wire.element(0x0110, [0xFF, 0xFF]), Wire.dataSetFollows,
            Wire.instanceUID(), status: 0),
        storing(
            "Data set type 0001H", Wire.classUID, Wire.field(1), Wire.messageID, Wire.element(0x0800, [1, 0]),
            Wire.instanceUID(), status: 0),
        storing(
            "Data set type 0102H: only 0101H means no data set", Wire.classUID, Wire.field(1), Wire.messageID,
            Wire.element(0x0800, [2, 1]), Wire.instanceUID(), status: 0),
        storing(
            "A status in a request", Wire.classUID, Wire.field(1), Wire.messageID, Wire.dataSetFollows,
            Wire.element(0x0900, [0, 0xA7]), Wire.instanceUID(), status: 0),
    ]

    private static let uids: [Session] = [
        named("An empty SOP instance UID", ""),
        named("A SOP instance UID `..`", ".."),
        named("A SOP instance UID that is a relative path", "../../../../etc/cron.d/x"),
        named("A SOP instance UID with a slash", "1.2/3"),
        named("A SOP instance UID with NUL in the middle", "1.2\0.3"),
        named("A SOP instance UID with a line break", "1.2\n.3"),
        named("A SOP instance UID with shell characters", "$(reboot)"),
        named("A SOP instance UID of letters", "one.two"),
        named("A SOP instance UID of 65 digits", String(repeating: "1", count: 65)),
        named("A SOP instance UID of 1000 digits", String(repeating: "1", count: 1000)),
        named("A SOP instance UID of bytes that are not text", [0xFF, 0xFE, 0x80, 0x81], status: 0x0117),
        named("A SOP instance UID that ends in a dot", "1.2."),
        named("A SOP instance UID with two dots in a row", "1..2"),
        named("A SOP instance UID padded with a space", sopInstanceUID + " ", status: 0),
        named("A SOP instance UID padded with NULs", sopInstanceUID + "\0\0\0", status: 0),
        named("A SOP instance UID of odd length, not padded", sopInstanceUID, status: 0),
        ofClass("A SOP class UID that is not a UID", "CT Image Storage", status: 0x0212),
        ofClass("Verification as the SOP class of an instance", Wire.verification, status: 0x0122),
        ofClass(
            "Color Palette Storage, whose instances belong to no study", "1.2.840.10008.5.1.4.39.1", status: 0x0122),
        ofClass("A query class as the SOP class of an instance", "1.2.840.10008.5.1.4.1.2.2.1", status: 0x0122),
        onOtherContext(
            "A SOP class that is not supported, on the presentation context of a supported one", status: 0x0122,
            settings: ["SUPPORTED_SOP_CLASS_UIDS": mr]),
        onOtherContext(
            "A SOP class that the calling AE title may not store, on the presentation context of a permitted one",
            status: 0x0124,
            settings: ["ACCESS_RULES": #"[{"callingAETitle": "RAW", "sopClassUIDs": ["\#(mr)"]}]"#]),
        onOtherContext(
            "A SOP class on the presentation context of another, such as a related general class", status: 0),
    ]

    private static let mr = "1.2.840.10008.5.1.4.1.1.4"

    /// A CT instance sent on a presentation context for MR.
    private static func onOtherContext(_ title: String, status: Int, settings: [String: String] = [:]) -> Session {
        Session(
            title: title,
            steps: [
                Step(
                    bytes: Wire.request(
                        Wire.applicationContext, Wire.context(3, mr, Wire.explicit), Wire.userInformation),
                    reactions: [.accept([3: 0])]),
                Step(
                    bytes: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 2, dataSet)), reactions: [.stored(status)]),
            ],
            stored: status == 0 ? [dataSet] : [], settings: settings)
    }

    private static let operations: [Session] = [
        commanding("An echo on a storage context", Wire.echo, on: 3, .echoed),
        commanding(
            "An echo with the SOP class of a storage",
            Wire.command(Wire.classUID, Wire.field(0x30), Wire.messageID, Wire.noDataSet),
            .echoed),
        commanding(
            "An echo without a SOP class", Wire.command(Wire.field(0x30), Wire.messageID, Wire.noDataSet), .echoed),
        associated(
            "An echo with a data set",
            Wire.data(
                Wire.pdv(1, 3, Wire.command(Wire.field(0x30), Wire.messageID, Wire.dataSetFollows)),
                Wire.pdv(1, 2, [1, 2])),
            .echoed),
        associated(
            "A C-STORE on the presentation context for Verification",
            Wire.data(Wire.pdv(1, 3, Wire.store), Wire.pdv(1, 2, dataSet)), .stored(0x0122)),
        unknown("C-GET", 0x0010), unknown("C-FIND", 0x0020), unknown("C-MOVE", 0x0021),
        unknown("N-EVENT-REPORT", 0x0100),
        unknown("N-GET", 0x0110), unknown("N-SET", 0x0120), unknown("N-ACTION", 0x0130), unknown("N-CREATE", 0x0140),
        unknown("N-DELETE", 0x0150), unknown("0000H", 0x0000), unknown("7FFFH", 0x7FFF),
        associated(
            "An unknown command, whose data set is dropped",
            Wire.data(
                Wire.pdv(3, 3, Wire.command(Wire.field(0x20), Wire.messageID, Wire.dataSetFollows)),
                Wire.pdv(3, 0, [1]), Wire.pdv(3, 2, [2]), Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 2, dataSet)),
            .response(0x8020, 0x0211), .stored(0), stored: [dataSet]),
        commanding(
            "A C-CANCEL without an operation to cancel has no response",
            Wire.command(Wire.field(0x0FFF), Wire.element(0x0120, [7, 0]), Wire.noDataSet)),
        associated(
            "A C-CANCEL before a message",
            Wire.data(
                Wire.pdv(1, 3, Wire.command(Wire.field(0x0FFF), Wire.element(0x0120, [7, 0]), Wire.noDataSet)),
                Wire.pdv(1, 3, Wire.echo)),
            .echoed),
        commanding(
            "A response without a request",
            Wire.command(
                Wire.field(0x8001), Wire.element(0x0120, [7, 0]), Wire.noDataSet, Wire.element(0x0900, [0, 0])),
            .userAbort),
        commanding(
            "Command field FFFFH, which is a response",
            Wire.command(Wire.field(0xFFFF), Wire.element(0x0120, [7, 0]), Wire.noDataSet),
            .userAbort),
    ]
}
