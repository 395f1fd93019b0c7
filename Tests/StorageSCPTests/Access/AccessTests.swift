// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@testable import StorageSCP

@Suite("Access")
struct AccessTests {
    static let ct = SOPClass.ctImageStorage

    static func request(calling: String = "CT1", called: String = "STORESCP") -> AAssociateRQ {
        AAssociateRQ(
            calledAETitle: AETitle(called), callingAETitle: AETitle(calling), presentationContexts: [],
            userInformation: UserInformation())
    }

    static func access(_ environment: [String: String]) throws -> AssociationAccess {
        let configuration = try Configuration(environment: environment)
        let associations = OpenAssociations(limits: configuration.network.associations)
        return AssociationAccess(
            configuration: configuration,
            routing: Routing(configuration.routes.table ?? .none, associations: associations))
    }

    @Test(
        "A range contains its addresses and no others",
        arguments: [
            ("10.1.0.0/16", "10.1.255.255", true), ("10.1.0.0/16", "10.2.0.0", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "192.0.2.1", true), ("10.1.2.128/25", "10.1.2.127", false),
            ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false), ("10.0.0.0/8", "::ffff:10.9.9.9", true),
            ("::/0", "10.0.0.1", false),
        ])
    func ranges(_ range: String, _ address: String, _ isInside: Bool) throws {
        let range = try #require(NetworkRange(range))
        #expect(range.contains(try SocketAddress(ipAddress: address, port: 1)) == isInside)
    }

    @Test(
        "Text that is not a range is refused",
        arguments: ["", "10.0.0.0/33", "10.0.0/8", "host", "10.0.0.0/", "10.0.0.0/8/8"])
    func notRanges(_ text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test("AE titles are checked only if required, and compared without padding")
    func titles() throws {
        let peer = try SocketAddress(ipAddress: "10.0.0.1", port: 1)
        let open = try Self.access([:])
        #expect(open.rejection(of: Self.request(calling: "", called: "ANY"), from: peer) == nil)
        let strict = try Self.access([
            "AE_TITLE": "ARCHIVE", "REQUIRE_CALLED_AE_TITLE": "true", "REQUIRE_CALLING_AE_TITLE": "CT1,MR1",
        ])
        #expect(strict.rejection(of: Self.request(called: " ARCHIVE "), from: peer) == nil)
        #expect(
            strict.rejection(of: Self.request(called: "STORESCP"), from: peer)
                == AssociationRejection(
                    .calledAETitleNotRecognized, reason: "expected ARCHIVE, got STORESCP",
                    hint: "REQUIRE_CALLED_AE_TITLE=true"))
        #expect(
            strict.rejection(of: Self.request(calling: "CT2", called: "ARCHIVE"), from: peer)
                == AssociationRejection(
                    .callingAETitleNotRecognized, reason: "the title is not listed", hint: "REQUIRE_CALLING_AE_TITLE"))
    }

    @Test("A title that a route names counts as ours")
    func routedTitles() throws {
        let access = try Self.access([
            "REQUIRE_CALLED_AE_TITLE": "true",
            "ROUTES": #"[{"name": "r", "calledAETitles": ["RESEARCH"], "discard": true}]"#,
        ])
        #expect(access.rejection(of: Self.request(called: "RESEARCH "), from: nil) == nil)
        #expect(
            access.rejection(of: Self.request(called: "OTHER"), from: nil)?.reason
                == "expected STORESCP or a title that a route names, got OTHER")
        #expect(access.rejection(of: Self.request(called: "STORESCP"), from: nil) == nil)
        #expect(access.rejection(of: Self.request(called: "OTHER"), from: nil) != nil)
    }

    @Test("A rule limits the addresses, the rights and the number of associations of a title")
    func rules() throws {
        let access = try Self.access([
            "ACCESS_RULES": #"""
            [{"callingAETitle": "CT1", "peers": ["10.1.0.0/16"], "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.2"],
              "maximumAssociations": 2},
             {"callingAETitle": "MONITOR", "rights": ["verify"]}]
            """#
        ])
        let inside = try SocketAddress(ipAddress: "10.1.0.1", port: 1)
        let outside = try SocketAddress(ipAddress: "10.2.0.1", port: 1)
        #expect(access.rejection(of: Self.request(), from: inside) == nil)
        // The peer gets the same answer as a peer with an unknown title.
        let wrongAddress = AssociationRejection(
            .callingAETitleNotRecognized, reason: "the title is known, but its rule does not have the peer's address",
            hint: "ACCESS_RULES: peers")
        #expect(access.rejection(of: Self.request(), from: outside) == wrongAddress)
        #expect(access.rejection(of: Self.request(), from: nil) == wrongAddress)
        #expect(access.rejection(of: Self.request(calling: "MONITOR"), from: outside) == nil)
        #expect(
            access.rejection(of: Self.request(calling: "MR1"), from: inside)
                == AssociationRejection(
                    .callingAETitleNotRecognized, reason: "the title has no rule", hint: "ACCESS_RULES"))
        #expect(access.permits(Self.ct, to: "CT1") && access.permits(SOPClass.verification, to: "CT1"))
        #expect(!access.permits(SOPClass.secondaryCaptureImageStorage, to: "CT1"))
        #expect(!access.permits(Self.ct, to: "MONITOR") && access.permits(SOPClass.verification, to: "MONITOR"))
        #expect(access.maximumAssociations(of: "CT1") == 2)
        #expect(access.maximumAssociations(of: "MONITOR") == nil)
    }

    @Test("Open associations are counted in total, by address and by title")
    func counts() throws {
        let open = OpenAssociations(limits: OpenAssociations.Limits(total: 3, perPeer: 2))
        func admit(
            _ id: String, _ peer: String, title: String = "CT1", atMost: Int? = nil
        ) throws -> OpenAssociations.ReachedLimit? {
            open.admit(
                try Samples.association(id, callingAETitle: title, peer: peer), atMostOfTitle: atMost)
        }
        #expect(try admit("a", "10.0.0.1") == nil && admit("b", "10.0.0.1") == nil)
        #expect(try admit("c", "10.0.0.1") == .ofAddress(2))
        #expect(try admit("c", "10.0.0.2", atMost: 2) == .ofTitle(2))
        #expect(try admit("c", "10.0.0.2", title: "MR1", atMost: 1) == nil)
        #expect(try admit("d", "10.0.0.3", title: "MR2") == .total(3))
        open.ended("a")
        #expect(try admit("d", "10.0.0.1", atMost: 2) == nil)
        #expect(!open.contains("a") && open.contains("d"))
    }
}
