// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Commitment
@testable import StorageSCP

@Suite("The settings of storage commitment")
struct CommitmentConfigurationTests {
    private static let tables = [
        "DICOM_BUCKET": "dicom", "COMMITMENT_TABLE_NAME": "DicomCommitmentTable",
        "INSTANCE_TABLE_NAME": "DicomInstanceTable", "DATASTORE_ID": String(repeating: "0a", count: 16),
    ]

    private static func remedy(_ place: CommitmentConfiguration.Place) -> String? {
        if case .missing(let remedy) = place { remedy } else { nil }
    }

    private static func read(_ environment: [String: String]) throws -> CommitmentConfiguration {
        try Configuration(environment: environment).commitment
    }

    @Test("With a bucket it needs two tables and a data store; without one of them the context is refused")
    func tables() throws {
        let configuration = try Self.read(Self.tables)
        #expect(
            configuration.place
                == .tables(
                    commitments: "DicomCommitmentTable", instances: "DicomInstanceTable",
                    datastoreIDs: [String(repeating: "0a", count: 16)]))
        #expect(configuration.mode == .imported)
        #expect(configuration.isAvailable)
        #expect("\(configuration)" == "imported")
        #expect(try Self.read(Self.tables.merging(["COMMITMENT": "stored"]) { $1 }).isAvailable)
        #expect(try Self.read(Self.tables.merging(["COMMITMENT": "off"]) { $1 }).place == .none)
        for name in Self.tables.keys where name != "DICOM_BUCKET" {
            let without = try Self.read(Self.tables.merging([name: ""]) { $1 })
            #expect(!without.isAvailable)
            #expect(Self.remedy(without.place)?.contains(name) == true)
        }
    }

    @Test("With a folder, stored is taken and imported is refused")
    func folder() throws {
        #expect(try Self.read(["COMMITMENT": "stored"]).place == .folder)
        #expect(try Self.read(["COMMITMENT": "off"]).place == .none)
        #expect(Self.remedy(try Self.read([:]).place)?.contains("COMMITMENT=stored") == true)
        #expect("\(try Self.read([:]))".hasPrefix("refused: nothing is imported from a folder"))
    }

    @Test("An unknown instance is waited for as long as its delivery may be open and be recovered")
    func unknown() throws {
        #expect(try Self.read(Self.tables).unknownSeconds == 75 * 60)
        let longer = ["DELIVERY_MAXIMUM_AGE_SECONDS": "7200", "TASK_LEASE_SECONDS": "100"]
        #expect(try Self.read(Self.tables.merging(longer) { $1 }).unknownSeconds == 7_200 + 300 + 720)
        #expect(try Self.read(["COMMITMENT": "stored"]).unknownSeconds == 60)
        #expect(try Self.read(["COMMITMENT_UNKNOWN_SECONDS": "86400"]).unknownSeconds == 86_400)
    }

    @Test("Limits are read")
    func limits() throws {
        let configuration = try Self.read([
            "COMMITMENT_DEADLINE_SECONDS": "100", "COMMITMENT_REPORT_DAYS": "2", "COMMITMENT_MAXIMUM_REFERENCES": "3",
            "COMMITMENT_MAXIMUM_OPEN": "4", "COMMITMENT_MAXIMUM_OPEN_PER_TITLE": "5", "TASK_LEASE_SECONDS": "70",
        ])
        #expect(configuration.deadlineSeconds == 100)
        #expect(configuration.limits.reports == .seconds(2 * 86_400))
        #expect(configuration.limits.maximumReferences == 3)
        #expect(configuration.limits.maximumOpen == 4)
        #expect(configuration.limits.maximumOpenPerTitle == 5)
        #expect(configuration.limits.lease == .seconds(70))
        let defaults = try Self.read([:]).limits
        #expect(defaults.maximumReferences == CommitmentLimits().maximumReferences)
        #expect(defaults.maximumOpen == CommitmentLimits().maximumOpen)
        #expect(defaults.maximumOpenPerTitle == CommitmentLimits().maximumOpenPerTitle)
    }

    @Test(
        "A value that cannot be used is an error, even if nothing uses it",
        arguments: [
            ("COMMITMENT", "yes"), ("COMMITMENT_TABLE_NAME", "a table"), ("INSTANCE_TABLE_NAME", "t"),
            ("DATASTORE_ID", "DATASTORE"), ("COMMITMENT_DEADLINE_SECONDS", "604801"),
            ("COMMITMENT_UNKNOWN_SECONDS", "-1"), ("COMMITMENT_REPORT_DAYS", "15"),
            ("COMMITMENT_MAXIMUM_REFERENCES", "100001"), ("COMMITMENT_MAXIMUM_OPEN", "0"),
            ("COMMITMENT_MAXIMUM_OPEN_PER_TITLE", "x"),
        ])
    func malformed(name: String, value: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(environment: ["COMMITMENT": "off"].merging([name: value]) { $1 })
        }
        #expect(error?.name == name)
        #expect(error?.value == value)
    }

    @Test("Peers are read, by AE title")
    func peers() throws {
        let text =
            #"[{"aeTitle": " CT1 ", "host": "10.1.2.3", "port": 104},"#
            + #"{"aeTitle": "PACS", "host": "pacs.example", "port": 2762, "tls": true, "serverName": "p.example"}]"#
        let peers = try Self.read(["COMMITMENT_PEERS": text]).peers
        #expect(peers.count == 2)
        let ct = try #require(peers["CT1"])
        #expect(ct.host == "10.1.2.3" && ct.port == 104 && !ct.usesTLS && ct.serverName == nil)
        let pacs = try #require(peers["PACS"])
        #expect(pacs.usesTLS && pacs.serverName == "p.example")
    }

    @Test(
        "An entry that is not valid is an error that names it",
        arguments: [
            (#""host": "h""#, "port"),
            (#""host": "h", "port": 0"#, "port: expected a whole number from 1 to 65535"),
            (#""host": "h", "port": 65536"#, "port: expected a whole number from 1 to 65535"),
            (#""host": "", "port": 1"#, "host: expected a host's name"),
            (#""host": "a b", "port": 1"#, "host: expected a host's name"),
            (#""host": "h", "port": 1, "TLS": true"#, "\"TLS\" is not known"),
            (#""host": "h", "port": 1, "serverName": "s""#, "serverName: expected \"tls\": true beside it"),
        ])
    func malformedPeer(members: String, reason: String) {
        let text = #"[{"aeTitle": "MR1", "host": "h", "port": 1}, {"aeTitle": "CT1", \#(members)}]"#
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(environment: ["COMMITMENT_PEERS": text])
        }
        #expect(error?.name == "COMMITMENT_PEERS")
        #expect(error?.description.contains("Index 1: ") == true, "\(error?.description ?? "none")")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
    }

    @Test("Two entries of one title, and a title that is not valid, are errors")
    func titles() {
        for text in [
            #"[{"aeTitle": "A", "host": "h", "port": 1}, {"aeTitle": "A ", "host": "i", "port": 1}]"#,
            #"[{"aeTitle": "SEVENTEEN_LETTERS", "host": "h", "port": 1}]"#,
        ] {
            #expect(throws: ConfigurationError.self) { try Configuration(environment: ["COMMITMENT_PEERS": text]) }
        }
    }

    @Test("Our certificate on associations that we open is the receiver's, unless there is another one")
    func tls() throws {
        let receiver = ["TLS_CERTIFICATE": "/a.pem", "TLS_PRIVATE_KEY": "/a.key"]
        #expect(try Self.read([:]).tls.certificate == nil)
        #expect(try Self.read(receiver).tls.certificate?.setting == "TLS_CERTIFICATE")
        let own = ["COMMITMENT_TLS_CERTIFICATE": "/b.pem", "COMMITMENT_TLS_PRIVATE_KEY": "/b.key"]
        let tls = try Self.read(receiver.merging(own) { $1 }).tls
        #expect(tls.certificate?.setting == "COMMITMENT_TLS_CERTIFICATE")
        #expect(tls.privateKey?.setting == "COMMITMENT_TLS_PRIVATE_KEY")
        for name in own.keys {
            #expect(throws: ConfigurationError.self) { try Configuration(environment: [name: "/b.pem"]) }
        }
    }
}
