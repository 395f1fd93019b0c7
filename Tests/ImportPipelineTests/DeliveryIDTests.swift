import FoundationEssentials
import Testing

@testable import ImportPipeline

@Suite struct DeliveryIDTests {
    private let date = Date(timeIntervalSince1970: 1_795_477_912)

    @Test("An id is the second of its opening and 24 hexadecimal digits")
    func form() throws {
        let id = DeliveryID(openedAt: date, randomness: 0x0123_4567_89ab_cdef, 0x0123_4567)
        #expect(id.description == "20261123T235152-0123456789abcdef01234567")
        #expect(DeliveryID(id.description) == id)
    }

    @Test("It serves as execution name, client token and job name")
    func length() {
        let id = DeliveryID(openedAt: date).description
        #expect((1...64).contains(id.utf8.count))
        #expect(id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    @Test("Who knows the same facts comes to the same id, other facts give another")
    func derived() {
        let id = DeliveryID(openedAt: date, derivedFrom: ["bucket", "a", "b"])
        #expect(id == DeliveryID(openedAt: date, derivedFrom: ["bucket", "a", "b"]))
        #expect(id != DeliveryID(openedAt: date, derivedFrom: ["bucket", "ab", ""]))
        #expect(DeliveryID(openedAt: date) != DeliveryID(openedAt: date))
    }

    @Test(
        "Another form is no id",
        arguments: [
            "", "x", "20261123T235152", "20261123T235152-", "20261123T235152-0123456789ABCDEF01234567",
            "20261123T235152-0123456789abcdef0123456", "2026112xT235152-0123456789abcdef01234567",
            "20261123-235152-0123456789abcdef01234567", "20261123T235152-0123456789abcdef0123456/",
        ])
    func malformed(text: String) {
        #expect(DeliveryID(text) == nil)
    }

    @Test("The bucket's layout follows from the id")
    func layout() throws {
        let id = try #require(DeliveryID("20261123T235152-0123456789abcdef01234567"))
        #expect(BucketLayout.prefix(of: id) == "2026/11/23/20261123T235152-0123456789abcdef01234567/")
        #expect(
            BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: "1.4")
                == "2026/11/23/20261123T235152-0123456789abcdef01234567/1.2/1.3/1.4.dcm")
        let manifest = BucketLayout.manifestKey(of: id)
        #expect(manifest == "deliveries/20261123T235152-0123456789abcdef01234567.json")
        #expect(BucketLayout.delivery(ofManifestKey: manifest) == id)
        #expect(BucketLayout.delivery(ofManifestKey: "deliveries/other.json") == nil)
        #expect(BucketLayout.isInInbox("inbox/a/b.dcm") && !BucketLayout.isInInbox("inbox/a/b.txt"))
    }
}
