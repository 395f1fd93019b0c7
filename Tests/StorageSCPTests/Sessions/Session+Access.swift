/// PS3.8 §9.3.4: each reason for which an association is rejected by those who run the receiver.
extension Session {
    private static let users = [
        "USER_IDENTITY_TYPES": "1,2",
        // The passcode is `secret`.
        "USER_IDENTITIES":
            #"{"ct": {}, "mr": {"passcodeSHA256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}}"#,
    ]

    private static func calling(from calling: String = "RAW", called: String = "STORESCP") -> [UInt8] {
        Wire.request(
            Wire.applicationContext, Wire.contexts, Wire.userInformation,
            fields: Wire.fixedFields(called: Wire.title(called), calling: Wire.title(calling)))
    }

    private static func identifying(_ title: String, _ identity: [UInt8], _ reaction: Reaction) -> Session {
        asking(title, Wire.request(negotiating: identity), reaction, settings: users)
    }

    private static func rules(_ rule: String) -> [String: String] { ["ACCESS_RULES": "[{\(rule)}]"] }

    private static let notAccepted = Reaction.reject(result: 1, source: 2, reason: 1)
    private static let unknownCaller = Reaction.reject(result: 1, source: 1, reason: 3)

    static let access: [Session] = [
        asking(
            "The called AE title is required", calling(called: "OTHER"),
            .reject(result: 1, source: 1, reason: 7), settings: ["REQUIRE_CALLED_AE_TITLE": "true"]),
        asking(
            "The called AE title is required, and padding does not count", calling(called: " STORESCP"), .usual,
            settings: ["REQUIRE_CALLED_AE_TITLE": "true"]),
        asking(
            "A calling AE title that is not listed", calling(), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A blank calling AE title where titles are listed", calling(from: ""), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A calling AE title that is listed", calling(from: "MR1"), .usual,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A calling AE title in lower case is another", calling(from: "mr1"), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A calling AE title without a rule", calling(), unknownCaller,
            settings: rules(#""callingAETitle": "CT1""#)),
        asking(
            "A calling AE title from another address than its rule's", calling(), unknownCaller,
            settings: rules(#""callingAETitle": "RAW", "peers": ["192.0.2.0/24"]"#)),
        asking(
            "A calling AE title from its rule's address", calling(), .usual,
            settings: rules(#""callingAETitle": "RAW", "peers": ["127.0.0.0/8"]"#)),
        asking(
            "A right to verify only", Wire.request, .accept([1: 0, 3: 1, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "rights": ["verify"]"#)),
        asking(
            "A right to store only", Wire.request, .accept([1: 1, 3: 0, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "rights": ["store"]"#)),
        asking(
            "A right to store other classes", Wire.request, .accept([1: 0, 3: 1, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.4"]"#)),
        asking(
            "Classes that are not supported here", Wire.request, .accept([1: 0, 3: 3, 5: 3]),
            settings: ["SUPPORTED_SOP_CLASS_UIDS": "1.2.840.10008.5.1.4.1.1.4"]),
        asking(
            "More contexts than are taken", Wire.request, .accept([1: 0, 3: 2, 5: 3]),
            settings: ["MAXIMUM_PRESENTATION_CONTEXTS": "1"]),
        asking(
            "No context is taken: the sender is told why and decides",
            Wire.request(Wire.applicationContext, Wire.context(1, "1.2.840.10008.5.1.4.31", Wire.implicit)),
            .accept([1: 3])),
        asking(
            "No context is taken, and that is to be rejected",
            Wire.request(Wire.applicationContext, Wire.context(1, "1.2.840.10008.5.1.4.31", Wire.implicit)),
            .reject(result: 1, source: 1, reason: 1), settings: ["REJECT_WITHOUT_CONTEXT": "true"]),
        asking("No user identity where one is required", Wire.request, notAccepted, settings: users),
        identifying("A user that is not known", identity(1, "us", ""), notAccepted),
        identifying("A user known by name", identity(1, "ct", ""), .usual),
        identifying("A user who needs a passcode and brings none", identity(1, "mr", ""), notAccepted),
        identifying("A wrong passcode", identity(2, "mr", "Secret"), notAccepted),
        identifying("The right passcode", identity(2, "mr", "secret", wantsAnswer: true), .usual),
        identifying("A token where users are listed", identity(5, "ct", ""), notAccepted),
        identifying("An empty user name", identity(1, "", ""), notAccepted),
        asking(
            "A service for identities that cannot be reached: try again later",
            Wire.request(negotiating: identity(5, "token", "")), .reject(result: 2, source: 3, reason: 1),
            settings: ["USER_IDENTITY_TYPES": "5", "USER_IDENTITY_URL": "http://127.0.0.1:1/"]),
        asking(
            "More items than are taken",
            Wire.request(negotiating: (0..<8).flatMap { _ in Wire.item(0x99, "") }), .userAbort,
            settings: ["MAXIMUM_ASSOCIATE_ITEMS": "16"]),
        asking(
            "A longer request than is taken",
            Wire.request(negotiating: Wire.item(0x99, [UInt8](repeating: 0, count: 1024))), .userAbort,
            settings: ["MAXIMUM_ASSOCIATE_PDU_SIZE": "1024"]),
    ]
}
