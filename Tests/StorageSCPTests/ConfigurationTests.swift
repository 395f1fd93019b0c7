// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Testing

@testable import StorageSCP

@Suite("Configuration")
struct ConfigurationTests {
    @Test("Without settings, every value is the documented default")
    func defaults() throws {
        let configuration = try Configuration(environment: [:])
        #expect(configuration.storage == .directory("storage"))
        #expect(configuration.address == "0.0.0.0")
        #expect(configuration.port == 11112)
        #expect(configuration.aeTitle == "STORESCP")
        #expect(!configuration.requiresCalledAETitle)
        #expect(configuration.callingAETitles.isEmpty)
        #expect(configuration.sopClassUIDs.isEmpty)
        #expect(configuration.accessRules == nil)
        #expect(configuration.userIdentity.kinds.isEmpty)
        #expect(configuration.transferSyntaxPreference == .lossless)
        #expect(!configuration.rejectsWithoutContext)
        #expect(configuration.network.associations == OpenAssociations.Limits(total: 300, silentPerPeer: 100))
        #expect(configuration.network.reception.maximumHeaderBytes == 2 << 20)
        #expect(configuration.network.connections == ConnectionTable.Limits(connections: 1300, requestBytes: 16 << 20))
        #expect(configuration.network.association == AssociationLimits())
        #expect(configuration.network.timeouts == AssociationTimeouts())
        #expect(configuration.network.timeouts.dimse == .seconds(60))
        #expect(configuration.network.timeouts.network == .seconds(90))
        #expect(configuration.maximumPoolConnections == 50)
        #expect(configuration.importUnit == .delivery)
        #expect(configuration.delivery.maximumInstances == 5000)
        #expect(configuration.logLevel == .info)
    }

    @Test("Each setting that is read has a description, and the other way round")
    func descriptions() throws {
        var names: [String] = []
        _ = try Configuration(
            Settings { name in
                names.append(name)
                return nil
            })
        let described = (ReceiverSettings.general + ReceiverSettings.limits).map(\.name)
        #expect(Set(described).count == described.count)
        #expect(Set(names).symmetricDifference(described) == [])
    }

    @Test("Every setting is read")
    func settings() throws {
        let configuration = try Configuration(environment: [
            "DICOM_BUCKET": "dicom", "SCP_ADDRESS": "127.0.0.1", "SCP_PORT": "104", "AE_TITLE": "ARCHIVE",
            "REQUIRE_CALLED_AE_TITLE": "True",
            "REQUIRE_CALLING_AE_TITLE": "CT ROOM 1, MR1", "MAX_POOL_CONNECTIONS": "10", "DIMSE_TIMEOUT": "5",
            "NETWORK_TIMEOUT": "6", "MAXIMUM_ASSOCIATIONS": "7", "MAXIMUM_PDU_SIZE": "16384",
            "SUPPORTED_SOP_CLASS_UIDS": "1.2.840.10008.5.1.4.1.1.2", "LOG_LEVEL": "debug", "LOG_FORMAT": "text",
            "IMPORT_UNIT": "instance", "DELIVERY_QUIET_SECONDS": "2", "DELIVERY_SHORT_QUIET_SECONDS": "1",
            "STORAGE_DIRECTORY": "unused",
            "TRANSFER_SYNTAX_PREFERENCE": "sender",
        ])
        #expect(configuration.network.associations.total == 7)
        #expect(configuration.network.maximumPDUSize == 16384)
        #expect(configuration.network.timeouts.dimse == .seconds(5))
        #expect(configuration.network.timeouts.network == .seconds(6))
        #expect(configuration.storage == .bucket("dicom"))
        #expect(configuration.address == "127.0.0.1")
        #expect(configuration.port == 104)
        #expect(configuration.requiresCalledAETitle)
        #expect(configuration.callingAETitles == ["CT ROOM 1", "MR1"])
        #expect(configuration.sopClassUIDs == ["1.2.840.10008.5.1.4.1.1.2"])
        #expect(configuration.transferSyntaxPreference == .sender)
        #expect(configuration.importUnit == .instance)
        #expect(configuration.delivery.quietSeconds == 2)
        #expect(configuration.delivery.shortQuietSeconds == 1)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.logFormat == .text)
    }

    @Test("Every limit is read")
    func limits() throws {
        let network = try Configuration(environment: [
            "MAXIMUM_ASSOCIATIONS_PER_PEER": "3", "MAXIMUM_ASSOCIATE_PDU_SIZE": "2048", "MAXIMUM_ASSOCIATE_ITEMS": "17",
            "MAXIMUM_RECEIVED_PDU_SIZE": "8192", "MAXIMUM_PDVS": "9", "MAXIMUM_COMMAND_SET_SIZE": "300",
            "ASSOCIATION_TIMEOUT": "4", "MESSAGE_TIMEOUT": "11", "MAXIMUM_INSTANCE_BYTES": "1000",
            "MAXIMUM_ELEMENT_DEPTH": "5", "MAXIMUM_PRESENTATION_CONTEXTS": "2", "MAXIMUM_OPERATIONS": "6",
            "MAXIMUM_BUFFER_BYTES": "1048576", "MAXIMUM_HEADER_BYTES": "1024",
            "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER": "7", "SILENCE_SECONDS": "8", "MAXIMUM_PENDING_CONNECTIONS": "10",
            "MAXIMUM_PENDING_REQUEST_BYTES": "65536",
        ]).network
        #expect(
            network.associations
                == OpenAssociations.Limits(total: 300, perPeer: 3, silentPerPeer: 7, silence: .seconds(8)))
        #expect(network.connections == ConnectionTable.Limits(connections: 310, requestBytes: 65536))
        #expect(network.association.maximumAssociatePDULength == 2048)
        #expect(network.association.maximumItems == 17)
        #expect(network.association.maximumDataPDULength == 8192)
        #expect(network.association.maximumPresentationDataValues == 9)
        #expect(network.association.maximumCommandSetLength == 300)
        #expect(network.timeouts.artim == .seconds(4))
        #expect(network.timeouts.message == .seconds(11))
        #expect(
            network.reception
                == ReceptionLimits(maximumInstanceBytes: 1000, maximumElementDepth: 5, maximumHeaderBytes: 1024))
        #expect(network.maximumPresentationContexts == 2)
        #expect(network.maximumOperations == 6)
        #expect(network.maximumBufferBytes == 1 << 20)
    }

    @Test("By default openings get a third of the connections for documents; 0 means that openings are not limited")
    func deliveryCapacity() throws {
        func capacity(_ environment: [String: String]) throws -> DeliveryCapacity {
            try Configuration(environment: environment).deliveryCapacity
        }
        #expect(
            try capacity([:])
                == DeliveryCapacity(
                    maximumOpenings: 5, maximumClosings: 11, maximumOpen: 5000, maximumInstances: 200_000))
        #expect(try capacity(["MAX_DOCUMENT_CONNECTIONS": "2"]).maximumOpenings == 1)
        #expect(
            try capacity([
                "MAX_DOCUMENT_CONNECTIONS": "30", "MAXIMUM_OPENINGS": "0", "MAXIMUM_OPEN_DELIVERIES": "7",
                "MAXIMUM_OPEN_INSTANCES": "8", "MAXIMUM_REPEATS": "9",
            ])
                == DeliveryCapacity(
                    maximumOpenings: nil, maximumClosings: 30, maximumOpen: 7, maximumInstances: 8, maximumRepeats: 9))
    }

    @Test(
        "By default one delivery is opened every three seconds and twenty at once; 0 seconds means no limit")
    func openingPace() throws {
        func pace(_ environment: [String: String]) throws -> OpeningPace {
            try Configuration(environment: environment).openingPace
        }
        #expect(try pace([:]) == OpeningPace(seconds: 3, burst: 20))
        #expect(
            try pace(["DELIVERY_OPENING_SECONDS": "9", "DELIVERY_OPENING_BURST": "2"])
                == OpeningPace(seconds: 9, burst: 2))
        #expect(try pace(["DELIVERY_OPENING_SECONDS": "0", "DELIVERY_OPENING_BURST": "1"]) == .unlimited)
    }

    @Test("A lease of less than a minute is refused unless ALLOW_SHORT_LEASE permits it")
    func shortLease() throws {
        #expect(try Configuration(environment: ["TASK_LEASE_SECONDS": "60"]).taskLeaseSeconds == 60)
        #expect(
            try Configuration(environment: ["TASK_LEASE_SECONDS": "2", "ALLOW_SHORT_LEASE": "true"]).taskLeaseSeconds
                == 2)
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(environment: ["TASK_LEASE_SECONDS": "59"])
        }
        #expect(error?.description.contains("at least 60, or ALLOW_SHORT_LEASE=true") == true)
    }

    @Test("With IMPORT_UNIT=instance, a delivery holds one instance")
    func importUnit() throws {
        let environment = ["IMPORT_UNIT": "instance", "DELIVERY_MAXIMUM_INSTANCES": "7"]
        #expect(try Configuration(environment: environment).delivery.maximumInstances == 1)
    }

    @Test("An error about access rules does not repeat the rules")
    func accessRules() throws {
        let rules = #"[{"callingAETitle": "CT1", "peers": ["10.0.0.0/8"], "rights": ["verify"]}]"#
        #expect(try Configuration(environment: ["ACCESS_RULES": rules]).accessRules?.count == 1)
        for broken in [
            " \n" + #"[{"callingAETitle": "CT1", "rigths": ["verify"]}]"#,
            #"[{"callingAETitle": "SEVENTEEN_LETTERS"}]"#,
            #"[{"callingAETitle": "CT1"}, {"callingAETitle": " CT1 "}]"#, "relative.json",
            "[", #"[{"peers": []}]"#, #"[{"callingAETitle": "CT1", "peers": ["10.0.0.0/33"]}]"#, "/nowhere.json",
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try Configuration(environment: ["ACCESS_RULES": broken])
            }
            #expect(error?.name == "ACCESS_RULES")
            #expect(error?.value == (broken.first == "/" ? broken : "…"))
        }
    }

    @Test(
        "A bound or a UID in a rule that is not valid is an error that names the rule and the value",
        arguments: [
            (#""maximumAssociations": 0"#, "maximumAssociations: 0, expected a whole number from 1 to 100000"),
            (
                #""maximumAssociations": 100001"#,
                "maximumAssociations: 100001, expected a whole number from 1 to 100000"
            ),
            (#""sopClassUIDs": ["1.2", "1..2"]"#, #"sopClassUIDs: "1..2" is not a valid UID"#),
            (#""sopClassUIDs": ["CT Image Storage"]"#, #"sopClassUIDs: "CT Image Storage" is not a valid UID"#),
        ])
    func accessRuleValues(_ member: String, _ reason: String) throws {
        let rules = #"[{"callingAETitle": "MR1"}, {"callingAETitle": "CT1", \#(member)}]"#
        let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: ["ACCESS_RULES": rules]) }
        #expect(error?.description.hasSuffix(": Index 1: \(reason)") == true, "\(error?.description ?? "none")")
    }

    @Test("A SOP class that is not a valid UID is an error that names it", arguments: ["CT", "1.2,1..2", "1.2 .1"])
    func sopClassUIDs(_ list: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(environment: ["SUPPORTED_SOP_CLASS_UIDS": list])
        }
        #expect(error?.name == "SUPPORTED_SOP_CLASS_UIDS")
        #expect(error?.value == list.split { $0 == "," || $0 == " " }.last.map(String.init))
        #expect(
            error?.expected == "valid UIDs: digits with single dots between them, 64 characters at most")
    }

    @Test("A type of user identity without a means to verify it is refused")
    func userIdentity() throws {
        let users = #"{"scanner": {}}"#
        let url = "http://127.0.0.1:1/"
        #expect(throws: Never.self) {
            _ = try Configuration(environment: ["USER_IDENTITY_TYPES": "1,2", "USER_IDENTITIES": users])
            _ = try Configuration(environment: ["USER_IDENTITY_TYPES": "1,5", "USER_IDENTITY_URL": url])
        }
        for environment in [
            ["USER_IDENTITY_TYPES": "1"], ["USER_IDENTITY_TYPES": "1,5", "USER_IDENTITIES": users],
            ["USER_IDENTITY_TYPES": "6", "USER_IDENTITY_URL": url], ["USER_IDENTITIES": users],
            ["USER_IDENTITY_URL": url],
            ["USER_IDENTITY_TYPES": "2", "USER_IDENTITIES": "\n" + #"{"SECRET": {"passcodeSHA256": "SECRET"}}"#],
            ["USER_IDENTITY_TYPES": "2", "USER_IDENTITIES": #"{"SECRET": {"passcode": "SECRET"}}"#],
        ] {
            let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: environment) }
            #expect(error?.description.contains("SECRET") == false)
        }
    }

    @Test(
        "An error about a setting contains its name, its value and what was expected",
        arguments: [
            ("DICOM_BUCKET", "x@127.0.0.1"), ("DICOM_BUCKET", "images/ct"), ("DICOM_BUCKET", "s3://images"),
            ("SCP_PORT", "dicom"), ("SCP_PORT", "65536"), ("MAXIMUM_ASSOCIATIONS", "0"),
            ("AE_TITLE", "SEVENTEEN_LETTERS"), ("REQUIRE_CALLED_AE_TITLE", "perhaps"), ("IMPORT_UNIT", "study"),
            ("TRANSFER_SYNTAX_PREFERENCE", "first"),
            ("LOG_LEVEL", "loud"), ("MAXIMUM_PDU_SIZE", "16383"), ("MESSAGE_TIMEOUT", "0"),
            ("DELIVERY_MAXIMUM_INSTANCES", "5001"), ("DELIVERY_MAXIMUM_BYTES", "10000000001"),
            ("MAXIMUM_OPENINGS", "16"), ("MAX_DOCUMENT_CONNECTIONS", "1"),
            ("DELIVERY_OPENING_SECONDS", "-1"), ("DELIVERY_OPENING_BURST", "0"),
        ])
    func malformed(name: String, value: String) {
        do {
            _ = try Configuration(environment: [name: value])
            Issue.record("expected an error")
        } catch {
            #expect(error.name == name)
            #expect(error.value == value)
            #expect(error.description.contains("expected"))
        }
    }
}
