// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Testing

@testable import StorageSCP

/// Faulty data sets.
extension InstanceReceptionTests {
    @Test(
        "A data set that ends too early is answered with C000H and the element, and leaves nothing",
        arguments: [1, 100, 10_000])
    func cut(fragmentSize: Int) async throws {
        let whole = Samples.dataSet(pixels: 500)
        let outcome = try await receive(whole.dropLast(60), fragmentSize: fragmentSize)
        #expect(outcome?.status == .cannotUnderstand)
        let place = ElementPlace(tag: .pixelData, offset: UInt64(whole.count - 512))
        #expect(outcome?.errorComment == "Cut in (7FE0,0010) at byte \(place.offset), 60 bytes missing")
        #expect(
            service.problems == [.incomplete(DataSetCut(element: place, missingBytes: 60))])
        #expect(instances.isEmpty)
    }

    @Test("After a failed write the status is A700H, although the rest of the data set was discarded")
    func cutByFailure() async throws {
        store.refuseWrites()
        #expect(try await receive(Samples.dataSet(pixels: 500), fragmentSize: 150)?.status == .outOfResources)
        #expect(service.problems.isEmpty && service.endings.isEmpty)
    }

    @Test("With INCOMPLETE_DATA_SETS=store, an incomplete data set is answered with B007H and marked in the manifest")
    func cutAndStored() async throws {
        let dataSet = Array(Samples.dataSet(pixels: 500).dropLast(60))
        let outcome = try await receive(dataSet, incomplete: .store)
        #expect(outcome?.status == .dataSetIncomplete)
        #expect(outcome?.errorComment?.hasPrefix("Stored: Cut in (7FE0,0010) at byte ") == true)
        #expect(try manifest().instances.map(\.incomplete) == [true])
        #expect(service.endings.count == 1)
        #expect(instances.values.first?.suffix(dataSet.count).elementsEqual(dataSet) == true)
    }

    @Test("A data set that is malformed after its UIDs is stored as received and reported as unread")
    func unread() async throws {
        let dataSet = Samples.dataSet(pixels: 500) + [0xFE, 0xFF, 0x00, 0xE0, 4, 0, 0, 0, 1, 2, 3, 4]
        #expect(try await receive(dataSet)?.status == .success)
        #expect(try manifest().instances.map(\.incomplete) == [nil])
        let doubt = try #require(service.endings.first)
        guard case .unread(.delimiterNotExpected, _) = doubt else {
            Issue.record("\(doubt)")
            return
        }
        #expect(doubt.metadata["structure"] == "unread")
        #expect(doubt.metadata["offset"] == "\(dataSet.count - 12)")
    }

    @Test("With UID_MISMATCH=data-set, the file and the key have the UIDs of the data set")
    func dataSetCounts() async throws {
        let dataSet = Samples.dataSet(classUID: "1.2.840.10008.5.1.4.1.1.4", instanceUID: "1.2.3.55")
        #expect(try await receive(dataSet, fragmentSize: 3, mismatch: .dataSet)?.status == .success)
        let (key, bytes) = try #require(instances.first)
        #expect(key.hasSuffix("/1.2/1.3/1.2.3.55.dcm"))
        var meta = try Samples.fileMetaInformation()
        meta.mediaStorageSOPInstanceUID = try UID("1.2.3.55")
        meta.mediaStorageSOPClassUID = try UID("1.2.840.10008.5.1.4.1.1.4")
        #expect(bytes == meta.encoded() + dataSet)
        #expect(try manifest().instances.map(\.sopClassUID) == ["1.2.840.10008.5.1.4.1.1.4"])
    }

    @Test("A mismatch is reported with both UIDs, an invalid UID with what is wrong and without its value")
    func reasons() async throws {
        _ = try await receive(Samples.dataSet(instanceUID: "1.2.3.5"))
        let mismatch = try #require(service.problems.first).metadata
        #expect(mismatch["expected"] == "1.2.3.4" && mismatch["got"] == "1.2.3.5" && mismatch["tag"] == "(0008,0018)")
        let outcome = try await receive(Samples.dataSet(study: "DOE^JOHN"))
        #expect(outcome?.errorComment == "(0020,000D) is not a UID: no digit or dot at character 1")
        let invalid = try #require(service.problems.last).metadata
        #expect(invalid["tag"] == "(0020,000D)" && invalid["expected"] == "1 to 64 digits and dots")
        #expect(!"\(invalid)".contains("DOE"))
    }
}
