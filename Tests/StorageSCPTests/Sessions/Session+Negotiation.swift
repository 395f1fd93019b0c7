// SPDX-License-Identifier: Apache-2.0

/// PS3.8 §9.3.2 and annex D, PS3.7 §D.3.3: what an A-ASSOCIATE-RQ may contain, and what not.
///
/// A request that is not valid is Evt19 in Sta2; Table 9-10 requires AA-1: an A-ABORT whose source is the user.
extension Session {
    private static let context = Wire.context(_:_:_:)
    private static let application = Wire.applicationContext
    private static let information = Wire.userInformation

    private static func asking(
        _ title: String, contexts: [UInt8], _ reactions: Reaction...
    ) -> Session {
        Session(
            title: title,
            steps: [Step(bytes: Wire.request(application, contexts, information), reactions: reactions)])
    }

    private static func negotiating(_ title: String, _ items: [UInt8]..., reaction: Reaction = .usual) -> Session {
        let information = Wire.item(0x50, Wire.maximumLength + items.flatMap { $0 })
        return asking(title, Wire.request(application, Wire.contexts, information), reaction)
    }

    static let negotiation: [Session] = fixedFields + items + presentationContexts + userInformationItems

    private static let fixedFields: [Session] = [
        asking("A usual request", Wire.request, .usual),
        asking(
            "Protocol version 0", request(version: 0),
            .reject(result: 1, source: 2, reason: 2)),
        asking("Protocol version 2, without bit 0", request(version: 2), .reject(result: 1, source: 2, reason: 2)),
        asking(
            "Protocol version 8000H, without bit 0", request(version: 0x8000), .reject(result: 1, source: 2, reason: 2)),
        asking("Protocol version 3, with bit 0", request(version: 3), .usual),
        asking("Protocol version 8001H, which a real scanner sends", request(version: 0x8001), .usual),
        asking("Protocol version FFFFH, with bit 0", request(version: 0xFFFF), .usual),
        asking("A blank calling AE title", request(calling: Wire.title("")), .usual),
        asking("A calling AE title of NULs", request(calling: [UInt8](repeating: 0, count: 16)), .usual),
        asking("A calling AE title with leading spaces", request(calling: Array("             RAW".utf8)), .usual),
        asking(
            "A calling AE title of bytes that are not ASCII", request(calling: [UInt8](repeating: 0xE9, count: 16)),
            .usual),
        asking("A calling AE title with a line break", request(calling: Array("A\r\nB            ".utf8)), .usual),
        asking("A called AE title other than ours", request(called: Wire.title("ANY")), .usual),
        asking(
            "A reserved byte in the header that is not zero",
            Wire.pdu(1, Array(Wire.request.dropFirst(6)), reserved: 0xFF), .usual),
        asking("A request without a body", Wire.pdu(1, []), .userAbort),
        asking(
            "A request one byte too short for its fixed fields", Wire.pdu(1, [UInt8](repeating: 0, count: 67)),
            .userAbort),
        asking("A request of fixed fields only", Wire.pdu(1, Wire.fixedFields()), .userAbort),
        asking(
            "A length above 1 MiB, aborted before the body arrives", Wire.pdu(1, [], length: 1 << 20 + 1),
            .userAbort),
        asking("A length of 4 GiB, aborted before the body arrives", Wire.pdu(1, [], length: 0xFFFF_FFFF), .userAbort),
        Session(
            title: "A request written byte by byte",
            steps: [Step(bytes: Wire.request, reactions: [.usual], pieces: 1)]),
        asking(
            "A request and a message in one segment", Wire.request + Wire.data(Wire.pdv(1, 3, Wire.echo)), .usual,
            .echoed),
        asking("A request and a release in one segment", Wire.request + Wire.releaseRQ, .usual, .release),
        asking("A request and an abort in one segment", Wire.request + Wire.abort, .usual),
    ]

    private static func request(
        version: Int = 1, called: [UInt8] = Wire.title("STORESCP"), calling: [UInt8] = Wire.title("RAW")
    ) -> [UInt8] {
        Wire.request(
            application, Wire.contexts, information,
            fields: Wire.fixedFields(version: version, called: called, calling: calling))
    }

    private static let items: [Session] = [
        asking(
            "No application context", Wire.request(Wire.contexts, information),
            .reject(result: 1, source: 1, reason: 2)),
        asking(
            "An unknown application context", Wire.request(Wire.item(0x10, "1.2.3"), Wire.contexts, information),
            .reject(result: 1, source: 1, reason: 2)),
        asking(
            "An empty application context", Wire.request(Wire.item(0x10, ""), Wire.contexts, information),
            .reject(result: 1, source: 1, reason: 2)),
        asking(
            "An application context padded with NUL",
            Wire.request(Wire.item(0x10, "1.2.840.10008.3.1.1.1\0"), Wire.contexts, information), .usual),
        asking(
            "Two application contexts", Wire.request(application, application, Wire.contexts, information), .userAbort),
        asking("Items in an unusual order", Wire.request(information, Wire.contexts, application), .usual),
        asking("No user information item", Wire.request(application, Wire.contexts), .usual),
        asking("An empty user information item", Wire.request(application, Wire.contexts, Wire.item(0x50, "")), .usual),
        asking(
            "Two user information items", Wire.request(application, Wire.contexts, information, information),
            .userAbort),
        asking(
            "An item of an unknown type is skipped",
            Wire.request(application, Wire.item(0x7F, "what"), Wire.contexts, information), .usual),
        asking(
            "An item that extends past the request",
            Wire.request(application, Wire.contexts, Wire.item(0x7F, [1], length: 2)), .userAbort),
        asking(
            "An item that claims 64 KiB which are missing",
            Wire.request(application, Wire.contexts, Wire.item(0x50, [], length: 0xFFFF)), .userAbort),
        asking("Half an item header", Wire.request(application, Wire.contexts, [0x50, 0]), .userAbort),
        asking("One byte after the last item", Wire.request(application, Wire.contexts, information, [0]), .userAbort),
        asking(
            "A presentation context answer in a request",
            Wire.request(application, Wire.item(0x21, [1, 0, 0, 0]), Wire.contexts, information), .usual),
    ]

    private static let presentationContexts: [Session] = [
        asking("No presentation context", contexts: [], .userAbort),
        asking("An even presentation context ID", contexts: context(2, Wire.ct, Wire.implicit), .userAbort),
        asking("The presentation context ID 0", contexts: context(0, Wire.ct, Wire.implicit), .userAbort),
        asking("The presentation context ID 255", contexts: context(255, Wire.ct, Wire.implicit), .accept([255: 0])),
        asking(
            "The same presentation context ID twice",
            contexts: context(1, Wire.ct, Wire.implicit) + context(1, Wire.ct, Wire.explicit),
            .userAbort),
        asking("A presentation context of three bytes", contexts: Wire.item(0x20, [1, 0, 0]), .userAbort),
        asking(
            "A presentation context without an abstract syntax",
            contexts: Wire.item(0x20, [1, 0, 0, 0] + Wire.item(0x40, Wire.implicit)), .userAbort),
        asking(
            "A presentation context with two abstract syntaxes",
            contexts: Wire.item(
                0x20,
                [1, 0, 0, 0] + Wire.item(0x30, Wire.ct) + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .userAbort),
        asking(
            "A transfer syntax that extends past its presentation context",
            contexts: Wire.item(
                0x20, [1, 0, 0, 0] + Wire.item(0x30, Wire.ct) + Wire.item(0x40, [0x31], length: 9)),
            .userAbort),
        asking("A presentation context without a transfer syntax", contexts: context(1, Wire.ct), .accept([1: 4])),
        asking("An unknown transfer syntax", contexts: context(1, Wire.ct, "1.2.3"), .accept([1: 4])),
        asking("An empty transfer syntax", contexts: context(1, Wire.ct, ""), .accept([1: 4])),
        asking(
            "An unknown transfer syntax before a known one", contexts: context(1, Wire.ct, "1.2.3", Wire.implicit),
            .accept([1: 0])),
        asking(
            "A transfer syntax padded with NUL", contexts: context(1, Wire.ct, Wire.implicit + "\0"), .accept([1: 0])),
        asking(
            "An abstract syntax padded with NUL", contexts: context(1, Wire.ct + "\0", Wire.implicit), .accept([1: 0])),
        asking(
            "An abstract syntax padded with a space", contexts: context(1, Wire.ct + " ", Wire.implicit),
            .accept([1: 0])),
        asking("An empty abstract syntax", contexts: context(1, "", Wire.implicit), .accept([1: 3])),
        asking(
            "An abstract syntax that is not a UID", contexts: context(1, "../../etc", Wire.implicit), .accept([1: 3])),
        asking(
            "A SOP class for queries", contexts: context(1, "1.2.840.10008.5.1.4.1.2.2.1", Wire.implicit),
            .accept([1: 3])),
        asking(
            "A worklist class with an unknown transfer syntax: the answer names the class",
            contexts: context(1, "1.2.840.10008.5.1.4.31", "1.2.3"), .accept([1: 3])),
        asking("A private SOP class", contexts: context(1, "1.3.6.1.4.1.9.9", Wire.implicit), .accept([1: 0])),
        asking(
            "A storage class of a later edition of the standard",
            contexts: context(1, "1.2.840.10008.5.1.4.1.1.99999", Wire.implicit), .accept([1: 0])),
        asking(
            "The same SOP class in two presentation contexts",
            contexts: context(1, Wire.ct, Wire.implicit) + context(3, Wire.ct, Wire.explicit), .accept([1: 0, 3: 0])),
        asking(
            "128 presentation contexts",
            contexts: (0..<128).flatMap { context(UInt8(2 * $0 + 1), Wire.ct, Wire.implicit) },
            .accept(Dictionary(uniqueKeysWithValues: (0..<128).map { (UInt8(2 * $0 + 1), 0) }))),
        asking(
            "128 presentation contexts of 60 transfer syntaxes each, of which only the last is known",
            contexts: (0..<128).flatMap { id in
                let unknown = (1..<60).map { "1.2.826.0.1.3680043.9.9999.20261124.\(id).\($0)" }
                return Wire.context(UInt8(2 * id + 1), Wire.ct, syntaxes: unknown + [Wire.implicit])
            },
            .accept(Dictionary(uniqueKeysWithValues: (0..<128).map { (UInt8(2 * $0 + 1), 0) }))),
        asking(
            "Storage classes whose instances belong to no study",
            contexts: context(1, "1.2.840.10008.5.1.4.39.1", Wire.implicit)
                + context(3, "1.2.840.10008.5.1.4.1.1.201.1", Wire.implicit), .accept([1: 3, 3: 3])),
        asking(
            "A transfer syntax of a later edition of the standard",
            contexts: context(1, Wire.ct, "1.2.840.10008.1.2.4.300"),
            .accept([1: 0])),
        asking(
            "An item of an unknown type in a presentation context is skipped",
            contexts: Wire.item(
                0x20, [1, 0, 0, 0] + Wire.item(0x99, "x") + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .accept([1: 0])),
        asking(
            "Reserved bytes of a proposed presentation context are ignored",
            contexts: Wire.item(
                0x20, [1, 0xFF, 0xFF, 0xFF] + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .accept([1: 0])),
    ]

    private static let userInformationItems: [Session] = [
        negotiating("A sub-item of an unknown type is skipped", Wire.item(0x99, "what")),
        negotiating(
            "A sub-item that extends past the user information", Wire.item(0x55, [0x41], length: 2),
            reaction: .userAbort),
        negotiating("Half a sub-item header", [0x55], reaction: .userAbort),
        negotiating("A maximum length of three bytes", Wire.item(0x51, [0, 0, 1]), reaction: .userAbort),
        negotiating("A maximum length of five bytes", Wire.item(0x51, [0, 0, 1, 0, 0]), reaction: .userAbort),
        negotiating("An implementation class UID that is not a UID", Wire.item(0x52, "none")),
        negotiating(
            "An implementation version name of 1000 characters", Wire.item(0x55, String(repeating: "V", count: 1000))),
        negotiating("An operations window of 4", Wire.item(0x53, [0, 4, 0, 1])),
        negotiating("An unlimited operations window", Wire.item(0x53, [0, 0, 0, 0])),
        negotiating("An operations window of three bytes", Wire.item(0x53, [0, 4, 0]), reaction: .userAbort),
        negotiating("An operations window of five bytes", Wire.item(0x53, [0, 4, 0, 1, 0]), reaction: .userAbort),
        negotiating("The role of SCU", Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [1, 0])),
        negotiating(
            "The role of SCP only: the presentation context is refused",
            Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [0, 1]), reaction: .accept([1: 0, 3: 1, 5: 3])),
        negotiating(
            "A role for a SOP class that is not proposed", Wire.item(0x54, Wire.big16(3) + Array("1.2".utf8) + [1, 1])),
        negotiating("A role selection of one byte", Wire.item(0x54, [0]), reaction: .userAbort),
        negotiating(
            "A role selection without roles", Wire.item(0x54, Wire.big16(3) + Array("1.2".utf8)), reaction: .userAbort),
        negotiating(
            "A role selection whose UID extends past it", Wire.item(0x54, Wire.big16(99) + [0x31, 1, 0]),
            reaction: .userAbort),
        negotiating(
            "A thousand role selections for one SOP class",
            (0..<1000).flatMap { _ in Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [1, 1]) }),
        negotiating(
            "An extended negotiation", Wire.item(0x56, Wire.big16(25) + Array(Wire.ct.utf8) + [2, 0, 3, 0, 0, 0])),
        negotiating(
            "An extended negotiation without information", Wire.item(0x56, Wire.big16(25) + Array(Wire.ct.utf8))),
        negotiating(
            "An extended negotiation whose UID extends past it", Wire.item(0x56, Wire.big16(26) + Array(Wire.ct.utf8)),
            reaction: .userAbort),
        negotiating(
            "A common extended negotiation",
            Wire.item(
                0x57,
                Wire.big16(3) + Array("1.2".utf8) + Wire.big16(3) + Array("1.3".utf8) + [0, 5, 0, 3] + Array("1.4".utf8)
            )),
        negotiating(
            "A common extended negotiation whose list is cut short",
            Wire.item(0x57, Wire.big16(3) + Array("1.2".utf8) + Wire.big16(3) + Array("1.3".utf8) + [0, 1, 0]),
            reaction: .userAbort),
        negotiating("A user identity, although none is required", identity(2, "user", "pass")),
        negotiating("A user identity of an unknown type", identity(9, "user", "")),
        negotiating(
            "A user identity without a secondary field", Wire.item(0x58, [1, 0, 0, 1, 0x41]), reaction: .userAbort),
        negotiating(
            "A user identity whose primary field extends past it", Wire.item(0x58, [1, 0, 0, 9, 0x41]),
            reaction: .userAbort),
        negotiating("Two user identities", identity(1, "a", ""), identity(1, "b", ""), reaction: .userAbort),
        negotiating("A user identity response, in a request", Wire.item(0x59, [0, 0])),
    ]

    static func identity(_ type: UInt8, _ primary: String, _ secondary: String, wantsAnswer: Bool = false) -> [UInt8] {
        Wire.item(
            0x58,
            [type, wantsAnswer ? 1 : 0] + Wire.big16(primary.utf8.count) + Array(primary.utf8)
                + Wire.big16(secondary.utf8.count) + Array(secondary.utf8))
    }
}
