// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import Testing

@testable import ImportPipeline

@Suite struct DeliveryEventTests {
    private static let id = SampleDeliveries.id(1)

    /// EventBridge takes 256 KB for detail, source and detail type.
    private static let maximumBytes = 192 << 10

    private static func request() -> ImportRequest {
        ImportRequest(SampleDeliveries.manifest(id), of: ImportID(id), bucket: "b", outputRoot: "s3://out/")
    }

    private static func event(_ outcome: ImportOutcome = .imported, of request: ImportRequest = request())
        -> DeliveryEvent
    {
        DeliveryEvent(
            outcome, of: request, jobID: "job", datastoreID: "store", at: Date(timeIntervalSince1970: 1_795_480_000))
    }

    private static func members(_ event: DeliveryEvent) throws -> [String: Any] {
        let detail = try #require(try event.event()).detail
        return try #require(try JSONSerialization.jsonObject(with: Data(detail.utf8)) as? [String: Any])
    }

    /// 64 characters, different for each number.
    private static func uid(_ number: Int) -> String {
        "1.\(100_000 + number)" + String(repeating: "9", count: 56)
    }

    @Test("The detail type follows from the outcome; nobody is told of a pending import")
    func types() throws {
        let types: [(ImportOutcome, String?)] = [
            (.imported, "Delivery Imported"), (.partial, "Delivery Partial"), (.failed, "Delivery Failed"),
            (.pending, nil),
        ]
        for (outcome, type) in types {
            #expect(try Self.event(outcome).event()?.detailType.rawValue == type)
        }
        let rejection = Rejection(deliveryId: Self.id, inputS3Uri: "s3://b/inbox/Doe^John.dcm", message: "m")
        let event = try DeliveryEvent(rejection, at: Date()).event()
        #expect(event?.detailType == .deliveryRejected)
        #expect(event?.detail.contains("John") == false)
    }

    @Test("The id is the same each time, and another one for a redrive or another outcome")
    func ids() throws {
        var redriven = Self.request()
        redriven.redrive = "r1"
        let ids = try [Self.event(), Self.event(), Self.event(.partial), Self.event(of: redriven)].map {
            try #require(Self.members($0)["id"] as? String)
        }
        #expect(ids == ["0/IMPORTED", "0/IMPORTED", "0/PARTIAL", "r1/IMPORTED"].map { "\(Self.id)/\($0)" })
    }

    @Test("A malformed UID of the inbox, which may be any text, appears only as its hash")
    func malformed() throws {
        var request = Self.request()
        request.studyInstanceUID = "Doe^John"
        let detail = try #require(try Self.event(of: request).event()).detail
        #expect(!detail.contains("Doe"))
        #expect(detail.contains(BucketLayout.component(ofUID: "Doe^John")))
    }

    @Test("Lists are cut at their limits, and the event says so", arguments: 0...4)
    func lists(_ excess: Int) throws {
        func count(_ maximum: Int, _ list: Int) -> Int { maximum + (excess == list ? 1 : 0) }
        var series = count(DeliveryEvent.maximumSeries, 2)
        let studies = (0..<count(DeliveryEvent.maximumStudies, 1)).map { number in
            let own = number < 99 ? 1 : series
            series -= own
            return DeliveryEvent.Study(
                studyInstanceUID: Self.uid(number), seriesInstanceUIDs: (0..<max(0, own)).map { Self.uid($0) },
                instanceCount: 1, importedCount: 1)
        }
        var event = Self.event()
        event.list(
            studies: studies,
            imageSets: (0..<count(DeliveryEvent.maximumImageSets, 3)).map {
                .init(imageSetId: "\($0)", imageSetVersion: 1, isPrimary: true, instanceCount: 1)
            },
            failed: (0..<count(DeliveryEvent.maximumFailed, 4)).map {
                .init(sopInstanceUID: Self.uid($0), errorType: "x")
            }, areComplete: true)
        let members = try Self.members(event)
        let listed = try #require(members["studies"] as? [[String: Any]])
        #expect(listed.count == DeliveryEvent.maximumStudies)
        #expect(
            listed.compactMap { ($0["seriesInstanceUIDs"] as? [String])?.count }.reduce(0, +)
                == DeliveryEvent.maximumSeries)
        #expect((members["imageSets"] as? [Any])?.count == DeliveryEvent.maximumImageSets)
        #expect((members["failed"] as? [Any])?.count == DeliveryEvent.maximumFailed)
        #expect(members["listsAreComplete"] as? Bool == (excess == 0))
    }

    private struct History: StudyHistory {
        let first: [String: DeliveryID]

        func firstDelivery(ofStudy studyInstanceUID: String, datastoreID: String) async throws -> DeliveryID? {
            first["\(datastoreID)/\(studyInstanceUID)"]
        }
    }

    @Test("A study says whether another delivery of it came before, unless this is not known")
    func history() async throws {
        var event = Self.event()
        event.list(
            studies: ["1", "2", "3"].map {
                .init(studyInstanceUID: $0, seriesInstanceUIDs: [], instanceCount: 1, importedCount: nil)
            }, imageSets: [], failed: [], areComplete: true)
        let history = History(first: ["store/1": SampleDeliveries.id(2), "store/2": Self.id, "other/3": Self.id])
        try await event.takeHistory(history)
        let studies = try #require(Self.members(event)["studies"] as? [[String: Any]])
        #expect(studies.map { $0["hasEarlierDeliveries"] as? Bool } == [true, false, nil])
        #expect(
            studies.map { $0["firstDeliveryId"] as? String } == [
                SampleDeliveries.id(2).description, Self.id.description, nil,
            ])
    }

    @Test("The largest event is far smaller than EventBridge allows")
    func size() async throws {
        var request = Self.request()
        request.importId = ImportID(Self.id, number: ImportID.maximumNumber)
        request.redrive = String(repeating: "r", count: 18)
        request.route = String(repeating: "r", count: 32)
        // Each is two bytes in JSON.
        request.callingAETitle = String(repeating: "\"", count: 16)
        request.calledAETitle = request.callingAETitle
        request.studyInstanceUID = Self.uid(0)
        let store = String(repeating: "d", count: 32)
        var event = DeliveryEvent(
            .partial, of: request, jobID: String(repeating: "j", count: 64), datastoreID: store, at: Date())
        let first = Dictionary(
            uniqueKeysWithValues: (0..<DeliveryEvent.maximumStudies).map {
                ("\(store)/\(Self.uid($0))", SampleDeliveries.id(2))
            })
        let largest = DocumentLimits.counts.upperBound
        event.list(
            studies: (0..<1_000).map { number in
                .init(
                    studyInstanceUID: Self.uid(number), seriesInstanceUIDs: (0..<5).map { Self.uid(number * 5 + $0) },
                    instanceCount: largest, importedCount: largest)
            },
            imageSets: (0..<1_000).map { _ in
                .init(
                    imageSetId: String(repeating: "i", count: 64), imageSetVersion: largest, isPrimary: false,
                    instanceCount: largest)
            },
            failed: (0..<1_000).map {
                // Six bytes in JSON.
                .init(sopInstanceUID: Self.uid($0), errorType: String(repeating: "\u{1}", count: 1_024))
            }, areComplete: true)
        try await event.takeHistory(History(first: first))
        event.seriesCount = largest
        event.instanceCount = largest
        event.importedCount = largest
        event.failedCount = largest
        event.missingCount = largest
        event.warningCount = largest
        event.imageSetCount = largest
        event.message = String(repeating: "\u{1}", count: 1 << 20)
        event.reportS3Uri = String(repeating: "u", count: 2_048)
        let bytes = try #require(try event.event()).detail.utf8.count
        #expect(bytes < Self.maximumBytes, "\(bytes)")
        #expect(bytes > Self.maximumBytes / 2, "not the largest: \(bytes)")
    }
}
