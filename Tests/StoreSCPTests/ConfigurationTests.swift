import Testing

@testable import StoreSCP

@Suite struct ConfigurationTests {
    @Test("Without settings it is the documented receiver")
    func defaults() throws {
        let configuration = try Configuration(environment: [:])
        #expect(configuration.storage == .directory("storage"))
        #expect(configuration.address == "0.0.0.0")
        #expect(configuration.port == 11112)
        #expect(configuration.aeTitle == "STORESCP")
        #expect(!configuration.requiresCalledAETitle)
        #expect(configuration.callingAETitles.isEmpty)
        #expect(configuration.sopClassUIDs.isEmpty)
        #expect(configuration.maximumAssociations == 300)
        #expect(configuration.dimseTimeoutSeconds == 60)
        #expect(configuration.networkTimeoutSeconds == 90)
        #expect(configuration.maximumPoolConnections == 50)
        #expect(configuration.importUnit == .delivery)
        #expect(configuration.delivery.maximumInstances == 5000)
        #expect(configuration.logLevel == .info)
    }

    @Test("Every setting is taken")
    func settings() throws {
        let configuration = try Configuration(environment: [
            "DICOM_BUCKET": "dicom", "SCP_ADDRESS": "127.0.0.1", "SCP_PORT": "104", "AE_TITLE": "ARCHIVE",
            "REQUIRE_CALLED_AE_TITLE": "True",
            "REQUIRE_CALLING_AE_TITLE": "CT1, MR1", "MAX_POOL_CONNECTIONS": "10", "DIMSE_TIMEOUT": "5",
            "NETWORK_TIMEOUT": "6", "MAXIMUM_ASSOCIATIONS": "7", "MAXIMUM_PDU_SIZE": "16384",
            "SUPPORTED_SOP_CLASS_UIDS": "1.2.840.10008.5.1.4.1.1.2", "LOG_LEVEL": "debug", "LOG_FORMAT": "text",
            "IMPORT_UNIT": "instance", "DELIVERY_QUIET_SECONDS": "2", "STORAGE_DIRECTORY": "unused",
        ])
        #expect(configuration.storage == .bucket("dicom"))
        #expect(configuration.address == "127.0.0.1")
        #expect(configuration.port == 104)
        #expect(configuration.requiresCalledAETitle)
        #expect(configuration.callingAETitles == ["CT1", "MR1"])
        #expect(configuration.sopClassUIDs == ["1.2.840.10008.5.1.4.1.1.2"])
        #expect(configuration.importUnit == .instance)
        #expect(configuration.delivery.quietSeconds == 2)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.logFormat == .text)
    }

    @Test(
        "A setting that cannot be used is named with what was expected",
        arguments: [
            ("SCP_PORT", "dicom"), ("SCP_PORT", "65536"), ("MAXIMUM_ASSOCIATIONS", "0"),
            ("AE_TITLE", "SEVENTEEN_LETTERS"), ("REQUIRE_CALLED_AE_TITLE", "perhaps"), ("IMPORT_UNIT", "study"),
            ("LOG_LEVEL", "loud"),
            ("DELIVERY_MAXIMUM_INSTANCES", "5001"), ("DELIVERY_MAXIMUM_BYTES", "10000000001"),
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
