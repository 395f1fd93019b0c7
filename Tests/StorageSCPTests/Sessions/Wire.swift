// SPDX-License-Identifier: Apache-2.0

/// The bytes of a sender. They are written from the standard, not with our own encoder, so that they can contain any
/// error.
enum Wire {
    static let verification = "1.2.840.10008.1.1"
    static let ct = "1.2.840.10008.5.1.4.1.1.2"
    static let implicit = "1.2.840.10008.1.2"
    static let explicit = "1.2.840.10008.1.2.1"

    static func big16(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)] }

    static func big32(_ number: Int) -> [UInt8] { big16(number >> 16 & 0xFFFF) + big16(number & 0xFFFF) }

    static func little16(_ number: Int) -> [UInt8] { big16(number).reversed() }

    static func little32(_ number: Int) -> [UInt8] { big32(number).reversed() }

    // MARK: PDUs. PS3.8 §9.3

    static func pdu(_ type: UInt8, _ body: [UInt8], length: Int? = nil, reserved: UInt8 = 0) -> [UInt8] {
        [type, reserved] + big32(length ?? body.count) + body
    }

    static let releaseRQ = pdu(5, [0, 0, 0, 0])
    static let releaseRP = pdu(6, [0, 0, 0, 0])
    static let abort = pdu(7, [0, 0, 0, 0])

    static func item(_ type: UInt8, _ value: [UInt8], length: Int? = nil, reserved: UInt8 = 0) -> [UInt8] {
        [type, reserved] + big16(length ?? value.count) + value
    }

    static func item(_ type: UInt8, _ text: String) -> [UInt8] { item(type, Array(text.utf8)) }

    static let applicationContext = item(0x10, "1.2.840.10008.3.1.1.1")

    static func context(_ id: UInt8, _ abstractSyntax: String, _ transferSyntaxes: String...) -> [UInt8] {
        context(id, abstractSyntax, syntaxes: transferSyntaxes)
    }

    static func context(_ id: UInt8, _ abstractSyntax: String, syntaxes transferSyntaxes: [String]) -> [UInt8] {
        item(
            0x20,
            [id, 0, 0, 0] + item(0x30, abstractSyntax) + transferSyntaxes.flatMap { item(0x40, $0) })
    }

    /// Verification on 1, CT in Explicit VR on 3, FIND on 5.
    static let contexts =
        context(1, verification, implicit) + context(3, ct, explicit)
        + context(5, "1.2.840.10008.5.1.4.1.2.2.1", implicit)

    static func userInformation(_ items: [UInt8]...) -> [UInt8] { item(0x50, items.flatMap { $0 }) }

    static let maximumLength = item(0x51, big32(16384))
    static let userInformation = userInformation(maximumLength, item(0x52, "2.25.9"), item(0x55, "RAW_PEER"))

    static func title(_ text: String) -> [UInt8] {
        Array((Array(text.utf8) + [UInt8](repeating: 0x20, count: 16)).prefix(16))
    }

    static func fixedFields(
        version: Int = 1, called: [UInt8] = title("STORESCP"), calling: [UInt8] = title("RAW")
    ) -> [UInt8] {
        big16(version) + [0, 0] + called + calling + [UInt8](repeating: 0, count: 32)
    }

    /// An A-ASSOCIATE-RQ of these items instead of the usual ones.
    static func request(_ items: [UInt8]..., fields: [UInt8] = fixedFields()) -> [UInt8] {
        pdu(1, fields + items.flatMap { $0 })
    }

    static let request = request(applicationContext, contexts, userInformation)

    /// The usual request with these sub-items added to its user information.
    static func request(negotiating items: [UInt8]...) -> [UInt8] {
        request(applicationContext, contexts, userInformation([maximumLength] + items))
    }

    private static func userInformation(_ items: [[UInt8]]) -> [UInt8] { item(0x50, items.flatMap { $0 }) }

    // MARK: P-DATA-TF. PS3.8 §9.3.5

    static func pdv(_ context: UInt8, _ control: UInt8, _ fragment: [UInt8], length: Int? = nil) -> [UInt8] {
        big32(length ?? fragment.count + 2) + [context, control] + fragment
    }

    static func data(_ values: [UInt8]...) -> [UInt8] { pdu(4, values.flatMap { $0 }) }

    // MARK: Command sets. PS3.7 §6.3

    static func element(_ element: Int, _ value: [UInt8], group: Int = 0, length: Int? = nil) -> [UInt8] {
        little16(group) + little16(element) + little32(length ?? value.count) + value
    }

    static func uid(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return bytes.count.isMultiple(of: 2) ? bytes : bytes + [0]
    }

    static func command(_ elements: [UInt8]..., groupLength: Int? = nil) -> [UInt8] {
        let body = elements.flatMap { $0 }
        return element(0, little32(groupLength ?? body.count)) + body
    }

    static let messageID = element(0x0110, little16(7))
    static let dataSetFollows = element(0x0800, little16(0))
    static let noDataSet = element(0x0800, little16(0x0101))
    static let classUID = element(0x0002, uid(ct))
    static let medium = element(0x0700, little16(0))

    static func field(_ number: Int) -> [UInt8] { element(0x0100, little16(number)) }

    static func instanceUID(_ text: String = Session.sopInstanceUID) -> [UInt8] { element(0x1000, uid(text)) }

    static let store = command(classUID, field(0x0001), messageID, medium, dataSetFollows, instanceUID())
    static let echo = command(element(0x0002, uid(verification)), field(0x0030), messageID, noDataSet)

    // MARK: Data sets. PS3.5 §7.1.2, Explicit VR Little Endian

    static func explicitElement(_ group: Int, _ element: Int, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        let isLong = ["OB", "OW", "SQ", "UN", "UT"].contains(vr)
        return little16(group) + little16(element) + Array(vr.utf8)
            + (isLong ? [0, 0] + little32(value.count) : little16(value.count)) + value
    }

    static func dataSet(
        classUID: String = ct, instance: String = Session.sopInstanceUID, study: String? = "2.25.10",
        series: String? = "2.25.11", before: [UInt8] = [], pixels: Int = 600
    ) -> [UInt8] {
        before + explicitElement(8, 0x0016, "UI", uid(classUID)) + explicitElement(8, 0x0018, "UI", uid(instance))
            + explicitElement(8, 0x0020, "DA", Array("20261124".utf8))
            + explicitElement(0x10, 0x0010, "PN", Array("RAW^PEER".utf8))
            + (study.map { explicitElement(0x20, 0x000D, "UI", uid($0)) } ?? [])
            + (series.map { explicitElement(0x20, 0x000E, "UI", uid($0)) } ?? [])
            + explicitElement(0x20, 0x0010, "SH", Array("1 ".utf8))
            + explicitElement(0x7FE0, 0x0010, "OB", (0..<pixels).map { UInt8(truncatingIfNeeded: $0) })
    }
}
