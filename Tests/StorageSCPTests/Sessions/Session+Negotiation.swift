/// PS3.8 §9.3.2 and annex D, PS3.7 §D.3.3: what may stand in an A-ASSOCIATE-RQ, and what may not.
///
/// A request that cannot be read is Evt19 in Sta2, for which Table 9-10 has AA-1: an A-ABORT whose source is the user.
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
        asking("A request of the usual kind", Wire.request, .usual),
        asking(
            "Protocol version 0 is rejected by the ACSE provider", request(version: 0),
            .reject(result: 1, source: 2, reason: 2)),
        asking("Protocol version 2 lacks bit 0", request(version: 2), .reject(result: 1, source: 2, reason: 2)),
        asking(
            "Protocol version 8000H lacks bit 0", request(version: 0x8000), .reject(result: 1, source: 2, reason: 2)),
        asking("Protocol version 3 has bit 0", request(version: 3), .usual),
        asking("Protocol version 8001H, as a scanner sends it", request(version: 0x8001), .usual),
        asking("Protocol version FFFFH has bit 0", request(version: 0xFFFF), .usual),
        asking("A blank calling AE title", request(calling: Wire.title("")), .usual),
        asking("A calling AE title of NULs", request(calling: [UInt8](repeating: 0, count: 16)), .usual),
        asking("A calling AE title padded in front", request(calling: Array("             RAW".utf8)), .usual),
        asking("AE titles with bytes that are no ASCII", request(calling: [UInt8](repeating: 0xE9, count: 16)), .usual),
        asking("AE titles with line breaks", request(calling: Array("A\r\nB            ".utf8)), .usual),
        asking("Another called AE title", request(called: Wire.title("ANY")), .usual),
        asking(
            "Reserved bytes that are not zero", Wire.pdu(1, Array(Wire.request.dropFirst(6)), reserved: 0xFF), .usual),
        asking("A request without a body", Wire.pdu(1, []), .userAbort),
        asking(
            "A body one byte too short for its fixed fields", Wire.pdu(1, [UInt8](repeating: 0, count: 67)), .userAbort),
        asking("Fixed fields alone", Wire.pdu(1, Wire.fixedFields()), .userAbort),
        asking(
            "A length of more than a megabyte is refused before it comes", Wire.pdu(1, [], length: 1 << 20 + 1),
            .userAbort),
        asking("A length of 4 GiB is refused before it comes", Wire.pdu(1, [], length: 0xFFFF_FFFF), .userAbort),
        Session(
            title: "A request byte by byte",
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
            "Another application context", Wire.request(Wire.item(0x10, "1.2.3"), Wire.contexts, information),
            .reject(result: 1, source: 1, reason: 2)),
        asking(
            "An empty application context", Wire.request(Wire.item(0x10, ""), Wire.contexts, information),
            .reject(result: 1, source: 1, reason: 2)),
        asking(
            "An application context padded with NUL",
            Wire.request(Wire.item(0x10, "1.2.840.10008.3.1.1.1\0"), Wire.contexts, information), .usual),
        asking(
            "Two application contexts", Wire.request(application, application, Wire.contexts, information), .userAbort),
        asking("The items in another order", Wire.request(information, Wire.contexts, application), .usual),
        asking("No user information", Wire.request(application, Wire.contexts), .usual),
        asking("An empty user information", Wire.request(application, Wire.contexts, Wire.item(0x50, "")), .usual),
        asking(
            "Two items of user information", Wire.request(application, Wire.contexts, information, information),
            .userAbort),
        asking(
            "An item of an unknown type is skipped",
            Wire.request(application, Wire.item(0x7F, "what"), Wire.contexts, information), .usual),
        asking(
            "An item that runs past the request",
            Wire.request(application, Wire.contexts, Wire.item(0x7F, [1], length: 2)), .userAbort),
        asking(
            "An item of 64 KiB that is not there",
            Wire.request(application, Wire.contexts, Wire.item(0x50, [], length: 0xFFFF)), .userAbort),
        asking("Half the header of an item", Wire.request(application, Wire.contexts, [0x50, 0]), .userAbort),
        asking("One byte after the last item", Wire.request(application, Wire.contexts, information, [0]), .userAbort),
        asking(
            "A presentation context answer in a request",
            Wire.request(application, Wire.item(0x21, [1, 0, 0, 0]), Wire.contexts, information), .usual),
    ]

    private static let presentationContexts: [Session] = [
        asking("No presentation context", contexts: [], .userAbort),
        asking("An even id", contexts: context(2, Wire.ct, Wire.implicit), .userAbort),
        asking("The id 0", contexts: context(0, Wire.ct, Wire.implicit), .userAbort),
        asking("The id 255", contexts: context(255, Wire.ct, Wire.implicit), .accept([255: 0])),
        asking(
            "One id twice", contexts: context(1, Wire.ct, Wire.implicit) + context(1, Wire.ct, Wire.explicit),
            .userAbort),
        asking("A context of three bytes", contexts: Wire.item(0x20, [1, 0, 0]), .userAbort),
        asking(
            "No abstract syntax", contexts: Wire.item(0x20, [1, 0, 0, 0] + Wire.item(0x40, Wire.implicit)), .userAbort),
        asking(
            "Two abstract syntaxes",
            contexts: Wire.item(
                0x20,
                [1, 0, 0, 0] + Wire.item(0x30, Wire.ct) + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .userAbort),
        asking(
            "A transfer syntax that runs past its context",
            contexts: Wire.item(
                0x20, [1, 0, 0, 0] + Wire.item(0x30, Wire.ct) + Wire.item(0x40, [0x31], length: 9)),
            .userAbort),
        asking("No transfer syntax", contexts: context(1, Wire.ct), .accept([1: 4])),
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
        asking("An abstract syntax that is no UID", contexts: context(1, "../../etc", Wire.implicit), .accept([1: 3])),
        asking("A query class", contexts: context(1, "1.2.840.10008.5.1.4.1.2.2.1", Wire.implicit), .accept([1: 3])),
        asking(
            "A worklist class with an unknown syntax: the class is told",
            contexts: context(1, "1.2.840.10008.5.1.4.31", "1.2.3"), .accept([1: 3])),
        asking("A private storage class", contexts: context(1, "1.3.6.1.4.1.9.9", Wire.implicit), .accept([1: 0])),
        asking(
            "A storage class of a later edition",
            contexts: context(1, "1.2.840.10008.5.1.4.1.1.99999", Wire.implicit), .accept([1: 0])),
        asking(
            "The same class in two contexts",
            contexts: context(1, Wire.ct, Wire.implicit) + context(3, Wire.ct, Wire.explicit), .accept([1: 0, 3: 0])),
        asking(
            "128 contexts",
            contexts: (0..<128).flatMap { context(UInt8(2 * $0 + 1), Wire.ct, Wire.implicit) },
            .accept(Dictionary(uniqueKeysWithValues: (0..<128).map { (UInt8(2 * $0 + 1), 0) }))),
        asking(
            "128 contexts of 60 transfer syntaxes each, the last of which is known",
            contexts: (0..<128).flatMap { id in
                let unknown = (1..<60).map { "1.2.826.0.1.3680043.9.9999.20261124.\(id).\($0)" }
                return Wire.context(UInt8(2 * id + 1), Wire.ct, syntaxes: unknown + [Wire.implicit])
            },
            .accept(Dictionary(uniqueKeysWithValues: (0..<128).map { (UInt8(2 * $0 + 1), 0) }))),
        asking(
            "Storage classes without a study",
            contexts: context(1, "1.2.840.10008.5.1.4.39.1", Wire.implicit)
                + context(3, "1.2.840.10008.5.1.4.1.1.201.1", Wire.implicit), .accept([1: 3, 3: 3])),
        asking(
            "A transfer syntax of a later edition", contexts: context(1, Wire.ct, "1.2.840.10008.1.2.4.300"),
            .accept([1: 0])),
        asking(
            "An item of an unknown type in a context is skipped",
            contexts: Wire.item(
                0x20, [1, 0, 0, 0] + Wire.item(0x99, "x") + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .accept([1: 0])),
        asking(
            "A result in a proposed context is not looked at",
            contexts: Wire.item(
                0x20, [1, 0xFF, 0xFF, 0xFF] + Wire.item(0x30, Wire.ct) + Wire.item(0x40, Wire.implicit)),
            .accept([1: 0])),
    ]

    private static let userInformationItems: [Session] = [
        negotiating("A sub-item of an unknown type is skipped", Wire.item(0x99, "what")),
        negotiating(
            "A sub-item that runs past the user information", Wire.item(0x55, [0x41], length: 2),
            reaction: .userAbort),
        negotiating("Half the header of a sub-item", [0x55], reaction: .userAbort),
        negotiating("A maximum length of three bytes", Wire.item(0x51, [0, 0, 1]), reaction: .userAbort),
        negotiating("A maximum length of five bytes", Wire.item(0x51, [0, 0, 1, 0, 0]), reaction: .userAbort),
        negotiating("An implementation class UID that is none", Wire.item(0x52, "none")),
        negotiating(
            "An implementation version name of 1000 characters", Wire.item(0x55, String(repeating: "V", count: 1000))),
        negotiating("An operations window of 4", Wire.item(0x53, [0, 4, 0, 1])),
        negotiating("An operations window without bounds", Wire.item(0x53, [0, 0, 0, 0])),
        negotiating("An operations window of three bytes", Wire.item(0x53, [0, 4, 0]), reaction: .userAbort),
        negotiating("An operations window of five bytes", Wire.item(0x53, [0, 4, 0, 1, 0]), reaction: .userAbort),
        negotiating("The role of a user", Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [1, 0])),
        negotiating(
            "The role of a provider only: nothing is left to be done on that context",
            Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [0, 1]), reaction: .accept([1: 0, 3: 1, 5: 3])),
        negotiating(
            "A role for a class that is not proposed", Wire.item(0x54, Wire.big16(3) + Array("1.2".utf8) + [1, 1])),
        negotiating("A role selection of one byte", Wire.item(0x54, [0]), reaction: .userAbort),
        negotiating(
            "A role selection without roles", Wire.item(0x54, Wire.big16(3) + Array("1.2".utf8)), reaction: .userAbort),
        negotiating(
            "A role selection whose UID runs past it", Wire.item(0x54, Wire.big16(99) + [0x31, 1, 0]),
            reaction: .userAbort),
        negotiating(
            "A thousand role selections for one class",
            (0..<1000).flatMap { _ in Wire.item(0x54, Wire.big16(25) + Array(Wire.ct.utf8) + [1, 1]) }),
        negotiating(
            "An extended negotiation", Wire.item(0x56, Wire.big16(25) + Array(Wire.ct.utf8) + [2, 0, 3, 0, 0, 0])),
        negotiating(
            "An extended negotiation without information", Wire.item(0x56, Wire.big16(25) + Array(Wire.ct.utf8))),
        negotiating(
            "An extended negotiation whose UID runs past it", Wire.item(0x56, Wire.big16(26) + Array(Wire.ct.utf8)),
            reaction: .userAbort),
        negotiating(
            "A common extended negotiation",
            Wire.item(
                0x57,
                Wire.big16(3) + Array("1.2".utf8) + Wire.big16(3) + Array("1.3".utf8) + [0, 5, 0, 3] + Array("1.4".utf8)
            )),
        negotiating(
            "A common extended negotiation whose list is cut",
            Wire.item(0x57, Wire.big16(3) + Array("1.2".utf8) + Wire.big16(3) + Array("1.3".utf8) + [0, 1, 0]),
            reaction: .userAbort),
        negotiating("A user identity that nobody asked for", identity(2, "user", "pass")),
        negotiating("A user identity of an unknown type", identity(9, "user", "")),
        negotiating(
            "A user identity without a secondary field", Wire.item(0x58, [1, 0, 0, 1, 0x41]), reaction: .userAbort),
        negotiating(
            "A user identity whose primary field runs past it", Wire.item(0x58, [1, 0, 0, 9, 0x41]),
            reaction: .userAbort),
        negotiating("Two user identities", identity(1, "a", ""), identity(1, "b", ""), reaction: .userAbort),
        negotiating("An answer to a user identity in a request", Wire.item(0x59, [0, 0])),
    ]

    static func identity(_ type: UInt8, _ primary: String, _ secondary: String, wantsAnswer: Bool = false) -> [UInt8] {
        Wire.item(
            0x58,
            [type, wantsAnswer ? 1 : 0] + Wire.big16(primary.utf8.count) + Array(primary.utf8)
                + Wire.big16(secondary.utf8.count) + Array(secondary.utf8))
    }
}
