// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import ImportPipeline

@Suite struct DeliveryIDTests {
    private let date = Date(timeIntervalSince1970: 1_795_477_912)

    @Test("A delivery id is the second of its opening and 24 hexadecimal digits")
    func form() throws {
        let id = DeliveryID(openedAt: date, randomness: 0x0123_4567_89ab_cdef, 0x0123_4567)
        #expect(id.description == "20261123T235152-0123456789abcdef01234567")
        #expect(DeliveryID(id.description) == id)
    }

    @Test("A delivery id is a valid execution name, client token and job name")
    func length() {
        let id = DeliveryID(openedAt: date).description
        #expect((1...64).contains(id.utf8.count))
        #expect(id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    @Test("The same facts give the same id, and other facts another id")
    func derived() {
        let id = DeliveryID(openedAt: date, derivedFrom: ["bucket", "a", "b"])
        #expect(id == DeliveryID(openedAt: date, derivedFrom: ["bucket", "a", "b"]))
        #expect(id != DeliveryID(openedAt: date, derivedFrom: ["bucket", "ab", ""]))
        #expect(DeliveryID(openedAt: date) != DeliveryID(openedAt: date))
    }

    @Test(
        "A text of another form is not an id",
        arguments: [
            "", "x", "20261123T235152", "20261123T235152-", "20261123T235152-0123456789ABCDEF01234567",
            "20261123T235152-0123456789abcdef0123456", "2026112xT235152-0123456789abcdef01234567",
            "20261123-235152-0123456789abcdef01234567", "20261123T235152-0123456789abcdef0123456/",
        ])
    func malformed(text: String) {
        #expect(DeliveryID(text) == nil)
    }

    @Test("The keys of a delivery follow from its id")
    func layout() throws {
        let id = try #require(DeliveryID("20261123T235152-0123456789abcdef01234567"))
        #expect(BucketLayout.prefix(of: id) == "2026/11/23/20261123T235152-0123456789abcdef01234567/")
        #expect(
            BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: "1.4")
                == "2026/11/23/20261123T235152-0123456789abcdef01234567/1.2/1.3/1.4.dcm")
        let manifest = BucketLayout.manifestKey(of: ImportID(id))
        #expect(manifest == "deliveries/20261123T235152-0123456789abcdef01234567.json")
        #expect(BucketLayout.importID(ofManifestKey: manifest) == ImportID(id))
        let further = BucketLayout.manifestKey(of: ImportID(id, number: 12))
        #expect(further == "deliveries/20261123T235152-0123456789abcdef01234567.12.json")
        #expect(BucketLayout.importID(ofManifestKey: further) == ImportID(id, number: 12))
        #expect(further.hasPrefix(BucketLayout.manifests(of: id)) && manifest.hasPrefix(BucketLayout.manifests(of: id)))
        for other in ["other", "\(id).0", "\(id).01", "\(id).100", "\(id).", "\(id)-1", "\(id)1", "\(id).1.1"] {
            #expect(BucketLayout.importID(ofManifestKey: "deliveries/\(other).json") == nil)
        }
    }

    @Test("An import is named after its delivery and, for a further manifest, after the number of the manifest")
    func imports() throws {
        let id = try #require(DeliveryID("20261123T235152-0123456789abcdef01234567"))
        for number in [0, 1, 99] {
            let named = ImportID(id, number: number)
            #expect("\(named)" == (number == 0 ? "\(id)" : "\(id)-\(number)"))
            #expect(ImportID("\(named)") == named)
        }
        for other in ["", "\(id)-", "\(id)-0", "\(id)-100", "\(id).1", "\(id)-1-1", "\(id)-+1"] {
            #expect(ImportID(other) == nil)
        }
    }

    @Test("Every key whose bytes begin with inbox/ is in the inbox")
    func inbox() {
        for key in ["inbox/a/b.dcm", "inbox/a/b.txt", "inbox/a.DCM", "inbox/", "inbox/\u{301}a", "inbox/\u{200D}.dcm"] {
            #expect(BucketLayout.isInInbox(key))
        }
        for key in ["inbox", "Inbox/a", "a/inbox/b", "inbo\u{78}\u{301}/a"] { #expect(!BucketLayout.isInInbox(key)) }
    }

    @Test("The rest of a key after a prefix is kept byte for byte")
    func combiningMarks() throws {
        let id = try #require(DeliveryID("20261123T235152-0123456789abcdef01234567"))
        #expect(
            BucketLayout.takenKey(ofInboxKey: "inbox/\u{301}a", as: id).utf8.elementsEqual("taken/\(id)/\u{301}a".utf8))
        let long = "inbox/" + String(repeating: "e\u{301}", count: 330)
        #expect((1_020...1_024).contains(BucketLayout.takenKey(ofInboxKey: long, as: id).utf8.count))
        #expect(BucketLayout.importID(ofManifestKey: "deliveries/\(id).json\u{301}") == nil)
        #expect(try S3URI("s3://bucket/\u{301}a").key.utf8.elementsEqual("\u{301}a".utf8))
    }

    @Test(
        "A key contains a harmless UID unchanged, and the SHA-256 of any other UID",
        arguments: [
            ("1.2.3", true), ("1.02..3.", true), ("", false), (".", false), ("..", false), ("1.2/3", false),
            ("series", false),
        ])
    func uidInKey(_ uid: String, _ isAsItIs: Bool) {
        let component = BucketLayout.component(ofUID: uid)
        #expect((component == uid) == isAsItIs)
        #expect(isAsItIs || component.utf8.count == 64 && component.utf8.allSatisfy(\.isLowerCaseHexadecimalDigit))
        #expect(BucketLayout.component(ofUID: String(repeating: "1", count: 64)).utf8.count == 64)
        #expect(BucketLayout.component(ofUID: String(repeating: "1", count: 65)) != String(repeating: "1", count: 65))
    }
}
