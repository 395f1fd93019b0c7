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

    @Test("An import is named after its delivery, and after the number of its manifest where that is a further one")
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

    @Test("Only DICOM files of the inbox are taken")
    func inbox() {
        #expect(BucketLayout.isInInbox("inbox/a/b.dcm") && !BucketLayout.isInInbox("inbox/a/b.txt"))
    }
}
