// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@testable import StorageSCP

@Suite("Routes")
struct RouteTableTests {
    private static let store = String(repeating: "a", count: 32)

    private static func table(_ json: String) throws -> RouteTable { try RouteTable(json: Array(json.utf8)) }

    /// One route with these members.
    private static func route(_ members: String) -> String {
        #"[{"name": "r", "datastore": "default", \#(members)}]"#
    }

    private static func header(_ values: [DICOM.Tag: String]) throws -> InstanceHeader {
        var bytes: [UInt8] = []
        for (tag, value) in values.sorted(by: { $0.key < $1.key }) {
            let padded = value.utf8.count.isMultiple(of: 2) ? value : value + " "
            for number in [tag.group, tag.element] { bytes += [UInt8(number & 0xFF), UInt8(number >> 8)] }
            bytes += Array("LO".utf8)
            bytes += [UInt8(padded.utf8.count), 0]
            bytes += Array(padded.utf8)
        }
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian, keeping: Set(values.keys))
        try reader.feed(bytes)
        return reader.header
    }

    private static func name(
        in table: RouteTable, called: String = "STORESCP", calling: String = "CT1", peer: String = "10.1.2.3",
        sopClass: String = SOPClass.ctImageStorage, _ values: [DICOM.Tag: String] = [:]
    ) throws -> String? {
        table.routes(
            calledAETitle: called, callingAETitle: calling, peer: try SocketAddress(ipAddress: peer, port: 1)
        ).route(sopClassUID: sopClass, header: try header(values))?.name
    }

    @Test("The first route whose conditions all hold counts; without one there is no route")
    func firstMatch() throws {
        let table = try Self.table(
            #"""
            [{"name": "research", "calledAETitles": ["RESEARCH"], "datastore": "\#(Self.store)"},
             {"name": "ct", "callingAETitles": ["CT*"], "peers": ["10.1.0.0/16"], "datastore": "default"},
             {"name": "mr", "modalities": ["MR"], "refuse": "0124H"},
             {"name": "phantom", "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.4"], "discard": true}]
            """#)
        #expect(try Self.name(in: table, called: "RESEARCH") == "research")
        #expect(try Self.name(in: table) == "ct")
        #expect(try Self.name(in: table, peer: "10.2.0.1") == nil)
        #expect(try Self.name(in: table, calling: "XA1", [RouteAttribute.modality: "MR"]) == "mr")
        #expect(try Self.name(in: table, calling: "XA1", sopClass: "1.2.840.10008.5.1.4.1.1.4") == "phantom")
        #expect(
            table.routes.map(\.action) == [
                .store(datastoreID: Self.store), .store(datastoreID: nil), .refuse(.notAuthorized), .discard,
            ])
        #expect(table.names(calledAETitle: "RESEARCH") && !table.names(calledAETitle: "STORESCP"))
    }

    @Test("A route behind one that takes all instances of an association is not looked at for it")
    func narrowed() throws {
        let rows = (0..<500).map {
            #"{"name": "r\#($0)", "calledAETitles": ["T\#($0 / 2)"], "modalities": ["CT"], "datastore": "default"}"#
        }
        let table = try Self.table("[\(rows.joined(separator: ","))]")
        #expect(table.routes.count == 500)
        #expect(try Self.name(in: table, called: "T249", [RouteAttribute.modality: "CT"]) == "r498")
        #expect(try Self.name(in: table, called: "T250", [RouteAttribute.modality: "CT"]) == nil)
        #expect(table.routes(calledAETitle: "T250", callingAETitle: "A", peer: nil).tags.isEmpty)
    }

    @Test(
        "A value matches exactly, or by its beginning; any value of an element may match",
        arguments: [
            (#"["CT"]"#, "CT", true), (#"["CT"]"#, "CTX", false), (#"["ct"]"#, "CT", false),
            (#"["CT*"]"#, "CTX", true), (#"["CT*"]"#, "C", false), (#"["MR", "CT"]"#, #"PT\CT"#, true),
            (#"["*"]"#, "X", true), (#"["CT"]"#, " CT", true), (#"["CT"]"#, nil, false), (#"["*"]"#, nil, false),
        ] as [(String, String?, Bool)])
    func values(_ patterns: String, _ value: String?, _ matches: Bool) throws {
        let table = try Self.table(Self.route(#""attributes": {"StationName": \#(patterns)}"#))
        let tag = try #require(RouteAttribute.tags["StationName"])
        #expect(try Self.name(in: table, value.map { [tag: $0] } ?? [:]) == (matches ? "r" : nil))
    }

    @Test(
        "An error names the route, the member, what was found and what was expected",
        arguments: [
            (route(#""modality": ["CT"]"#), #"route "r": "modality" is not known"#),
            (route(#""calledAETitles": ["A\\B"]"#), #"route "r": calledAETitles: "A\B", expected 1 to 16"#),
            (route(#""calledAETitles": []"#), "calledAETitles: 0 values, expected 1 to 100"),
            (route(#""callingAETitles": ["C*T"]"#), #"callingAETitles: "C*T", expected an AE title"#),
            (route(#""peers": ["host"]"#), #"peers: "host", expected an IP address"#),
            (route(#""sopClassUIDs": ["CT"]"#), #"sopClassUIDs: "CT", expected a valid UID"#),
            (route(#""attributes": {"PatientID": ["1"]}"#), #""PatientID" is an attribute of the patient"#),
            (route(#""attributes": {"EthnicGroup": ["1"]}"#), #""EthnicGroup" is an attribute of the patient"#),
            (route(#""attributes": {"PixelData": ["1"]}"#), #""PixelData" is not an attribute"#),
            (route(#""attributes": {"StationName": ["é"]}"#), "StationName"),
            (route(#""refuse": "A700H""#), "2 of datastore, refuse and discard are given, expected exactly one"),
            (#"[{"name": "r"}]"#, "0 of datastore, refuse and discard"),
            (#"[{"name": "r", "refuse": "0000H"}]"#, #"refuse: "0000H", expected a failure"#),
            (#"[{"name": "r", "refuse": "B000"}]"#, #"refuse: "B000", expected a failure"#),
            (#"[{"name": "r", "refuse": "+124"}]"#, "expected a failure"),
            (#"[{"name": "r", "discard": false}]"#, "discard: false, expected true"),
            (#"[{"name": "r", "datastore": "x"}]"#, #"datastore: "x", expected a data store's id"#),
            (#"[{"name": "a b", "discard": true}]"#, "expected a route's name"),
            (#"[{"discard": true}, 7]"#, "route number 1: "), (#"[7]"#, "route number 1"),
            (
                #"[{"name": "r", "discard": true}, {"name": "r", "discard": true}]"#,
                #"route "r": two routes have this name"#
            ),
            (#"{"name": "r"}"#, ""), ("[", ""),
        ])
    func errors(_ json: String, _ expected: String) throws {
        let error = try #require(throws: RouteError.self) { try Self.table(json) }
        #expect(expected.isEmpty || error.description.contains(expected), "\(error)")
    }

    @Test("An instance after one that matched another route gets its own answer")
    func changingInstances() throws {
        let table = try Self.table(
            #"""
            [{"name": "ct", "modalities": ["CT"], "datastore": "default"},
             {"name": "mr", "modalities": ["MR"], "discard": true},
             {"name": "sr", "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.88.11"], "refuse": "A700"}]
            """#)
        let routes = table.routes(calledAETitle: "A", callingAETitle: "B", peer: nil)
        let ct = try Self.header([RouteAttribute.modality: "CT"])
        let mr = try Self.header([RouteAttribute.modality: "MR"])
        let report = try Self.header([RouteAttribute.modality: "SR"])
        for _ in 0..<2 {
            #expect(routes.route(sopClassUID: SOPClass.ctImageStorage, header: ct)?.name == "ct")
            #expect(routes.route(sopClassUID: SOPClass.ctImageStorage, header: ct)?.name == "ct")
            #expect(routes.route(sopClassUID: SOPClass.ctImageStorage, header: mr)?.name == "mr")
            #expect(routes.route(sopClassUID: SOPClass.ctImageStorage, header: report) == nil)
            #expect(routes.route(sopClassUID: "1.2.840.10008.5.1.4.1.1.88.11", header: report)?.name == "sr")
        }
    }

    @Test("There are limits to the bytes and the number of routes")
    func limits() throws {
        let rows = (0...1_000).map { #"{"name": "r\#($0)", "discard": true}"# }
        #expect(throws: RouteError("1001 routes, expected at most 1000")) {
            try Self.table("[\(rows.joined(separator: ","))]")
        }
        #expect(try Self.table("[\(rows.dropLast().joined(separator: ","))]").routes.count == 1_000)
        #expect(throws: RouteError("1048577 bytes, expected at most 1048576")) {
            try Self.table(String(repeating: " ", count: 1 << 20) + "[")
        }
    }

    @Test("A route behind one without conditions can never match")
    func unreachable() throws {
        let all = #"{"name": "all", "discard": true}"#
        let one = #"{"name": "one", "modalities": ["CT"], "discard": true}"#
        #expect(try Self.table("[\(one), \(all)]").unreachable == nil)
        let found = try #require(try Self.table("[\(all), \(one)]").unreachable)
        #expect((found.route.name, found.behind.name) == ("one", "all"))
    }
}
