// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import DICOMNetwork
import Foundation
import Testing

@testable import StorageSCU

@Suite("Journal of sent files")
struct SendJournalTests {
    static func peer(_ host: String = "pacs", called: String = "PACS") -> Peer {
        Peer(host: host, port: 104, calledAETitle: AETitle(called), callingAETitle: AETitle("US"))
    }

    private static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    @Test("Files that were recorded are found again, unless they changed")
    func recorded() async throws {
        let samples = try SampleFiles()
        let path = try samples.writeInstance("1.2.1", as: "a/1.dcm")
        try samples.writeInstance("1.2.2", as: "a/2.dcm")
        // In the folder that is sent, but not one of its files.
        let journalPath = samples.path + "/a/journal"
        do {
            let journal = try SendJournal(path: journalPath, peer: Self.peer())
            try journal.record(try OutgoingFile(reading: path))
        }
        do {
            let journal = try SendJournal(path: journalPath, peer: Self.peer())
            let found = try await FileCollection(paths: [samples.path + "/a"], journal: journal) { _ in }
            #expect(found.results == [FileResult(path: path, outcome: .storedBefore)])
            #expect(found.files.map(\.sopInstanceUID.value) == ["1.2.2"])
        }
        try samples.writeInstance("1.2.1", as: "a/1.dcm", pixels: 300)
        let journal = try SendJournal(path: journalPath, peer: Self.peer())
        #expect(try await FileCollection(paths: [samples.path + "/a"], journal: journal) { _ in }.files.count == 2)
    }

    @Test("A journal cut at any place is opened, and goes on")
    func cutAnywhere() throws {
        let samples = try SampleFiles()
        let files = try (1...2).map { number in
            try OutgoingFile(reading: try samples.writeInstance("1.2.\(number)", as: "\(number).dcm"))
        }
        let path = samples.path + "/journal"
        do {
            let journal = try SendJournal(path: path, peer: Self.peer())
            for file in files { try journal.record(file) }
        }
        let whole = try Self.bytes(path)
        let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
        try #require(ends.count == 3)
        for length in 0...whole.count {
            try samples.write(Array(whole.prefix(length)), as: "journal")
            do {
                let journal = try SendJournal(path: path, peer: Self.peer())
                #expect(journal.count == max(0, ends.count { $0 < length } - 1))
                try journal.record(files[1])
            }
            let journal = try SendJournal(path: path, peer: Self.peer())
            #expect(journal.contains(path: files[1].path, stamp: files[1].stamp))
        }
    }

    @Test("A damaged line is ignored")
    func damagedLine() throws {
        let samples = try SampleFiles()
        let file = try OutgoingFile(reading: try samples.writeInstance("1.2.1", as: "1.dcm"))
        let path = samples.path + "/journal"
        do { try SendJournal(path: path, peer: Self.peer()).record(file) }
        try samples.write(try Self.bytes(path) + Array("\0\0\0\n".utf8), as: "journal")
        #expect(try SendJournal(path: path, peer: Self.peer()).count == 1)
    }

    @Test("A journal is for one receiver and one process")
    func oneReceiver() throws {
        let samples = try SampleFiles()
        let path = samples.path + "/journal"
        let journal = try SendJournal(path: path, peer: Self.peer())
        #expect(throws: SendJournalError(path: path, problem: "another process uses this journal")) {
            try SendJournal(path: path, peer: Self.peer())
        }
        withExtendedLifetime(journal) {}
    }

    @Test("Another receiver needs another journal", arguments: [("other", "PACS"), ("pacs", "OTHER")])
    func otherReceiver(_ host: String, _ called: String) throws {
        let samples = try SampleFiles()
        let path = samples.path + "/journal"
        do { _ = try SendJournal(path: path, peer: Self.peer()) }
        let error = #expect(throws: SendJournalError.self) {
            try SendJournal(path: path, peer: Self.peer(host, called: called))
        }
        #expect(error?.problem.hasPrefix("it is for PACS at pacs:104, not for \(called) at \(host):104") == true)
    }

    @Test(
        "A file that is not a journal is not touched",
        arguments: ["text\nand more", "text", "{}\n", "\n", "DICM", "{x"])
    func notAJournal(_ content: String) throws {
        let samples = try SampleFiles()
        let path = try samples.write(Array(content.utf8), as: "file")
        #expect(throws: SendJournalError.self) { try SendJournal(path: path, peer: Self.peer()) }
        #expect(try Self.bytes(path) == Array(content.utf8))
    }
}
