// SPDX-License-Identifier: Apache-2.0

/// PS3.8 §9.3.4: requests that the settings of the receiver reject, or do not reject.
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
            "A wrong called AE title, although the right one is required", calling(called: "OTHER"),
            .reject(result: 1, source: 1, reason: 7), settings: ["REQUIRE_CALLED_AE_TITLE": "true"]),
        asking(
            "The required called AE title, padded differently", calling(called: " STORESCP"), .usual,
            settings: ["REQUIRE_CALLED_AE_TITLE": "true"]),
        asking(
            "A called AE title that only a route names, although ours is required", calling(called: "RESEARCH"), .usual,
            settings: [
                "REQUIRE_CALLED_AE_TITLE": "true",
                "ROUTES": #"[{"name": "r", "calledAETitles": ["RESEARCH"], "discard": true}]"#,
            ]),
        asking(
            "A calling AE title that is not listed", calling(), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A blank calling AE title, although calling titles are listed", calling(from: ""), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A calling AE title that is listed", calling(from: "MR1"), .usual,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A listed calling AE title in lower case, which is a different title", calling(from: "mr1"), unknownCaller,
            settings: ["REQUIRE_CALLING_AE_TITLE": "CT1,MR1"]),
        asking(
            "A calling AE title without a rule", calling(), unknownCaller,
            settings: rules(#""callingAETitle": "CT1""#)),
        asking(
            "A calling AE title from an address that its rule does not list", calling(), unknownCaller,
            settings: rules(#""callingAETitle": "RAW", "peers": ["192.0.2.0/24"]"#)),
        asking(
            "A calling AE title from an address that its rule lists", calling(), .usual,
            settings: rules(#""callingAETitle": "RAW", "peers": ["127.0.0.0/8"]"#)),
        asking(
            "A calling AE title that may only verify", Wire.request, .accept([1: 0, 3: 1, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "rights": ["verify"]"#)),
        asking(
            "A calling AE title that may only store", Wire.request, .accept([1: 1, 3: 0, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "rights": ["store"]"#)),
        asking(
            "A calling AE title that may only store another SOP class", Wire.request, .accept([1: 0, 3: 1, 5: 3]),
            settings: rules(#""callingAETitle": "RAW", "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.4"]"#)),
        asking(
            "SOP classes that are not listed as supported", Wire.request, .accept([1: 0, 3: 3, 5: 3]),
            settings: ["SUPPORTED_SOP_CLASS_UIDS": "1.2.840.10008.5.1.4.1.1.4"]),
        asking(
            "More presentation contexts than the limit", Wire.request, .accept([1: 0, 3: 2, 5: 3]),
            settings: ["MAXIMUM_PRESENTATION_CONTEXTS": "1"]),
        asking(
            "No acceptable presentation context: the association is accepted with the reasons",
            Wire.request(Wire.applicationContext, Wire.context(1, "1.2.840.10008.5.1.4.31", Wire.implicit)),
            .accept([1: 3])),
        asking(
            "No acceptable presentation context, with the setting to reject such requests",
            Wire.request(Wire.applicationContext, Wire.context(1, "1.2.840.10008.5.1.4.31", Wire.implicit)),
            .reject(result: 1, source: 1, reason: 1), settings: ["REJECT_WITHOUT_CONTEXT": "true"]),
        asking("No user identity, although one is required", Wire.request, notAccepted, settings: users),
        identifying("An unknown user", identity(1, "us", ""), notAccepted),
        identifying("A user who needs no passcode", identity(1, "ct", ""), .usual),
        identifying("A user who sends no passcode, although one is required", identity(1, "mr", ""), notAccepted),
        identifying("A user with a wrong passcode", identity(2, "mr", "Secret"), notAccepted),
        identifying("A user with the right passcode", identity(2, "mr", "secret", wantsAnswer: true), .usual),
        identifying("A token, although only user names and passcodes are accepted", identity(5, "ct", ""), notAccepted),
        identifying("An empty user name", identity(1, "", ""), notAccepted),
        asking(
            "A verifying service that cannot be reached: the rejection is transient",
            Wire.request(negotiating: identity(5, "token", "")), .reject(result: 2, source: 3, reason: 1),
            settings: ["USER_IDENTITY_TYPES": "5", "USER_IDENTITY_URL": "http://127.0.0.1:1/"]),
        asking(
            "More items than the limit",
            Wire.request(negotiating: (0..<8).flatMap { _ in Wire.item(0x99, "") }), .userAbort,
            settings: ["MAXIMUM_ASSOCIATE_ITEMS": "16"]),
        asking(
            "A request longer than the limit",
            Wire.request(negotiating: Wire.item(0x99, [UInt8](repeating: 0, count: 1024))), .userAbort,
            settings: ["MAXIMUM_ASSOCIATE_PDU_SIZE": "1024"]),
    ]
}
