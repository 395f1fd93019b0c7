// SPDX-License-Identifier: Apache-2.0

extension UserInformation {
    /// PS3.8 §9.3.2.3. Sub-items of an unknown type are skipped, as §D.2 requires.
    init(decoding item: PDUItem, counting count: inout ItemCount) throws(PDUDecodingError) {
        self.init()
        var information = item
        while let item = try information.readItem(counting: &count) { try take(item, counting: &count) }
    }

    private mutating func take(_ item: PDUItem, counting count: inout ItemCount) throws(PDUDecodingError) {
        var item = item
        switch item.type {
        case ItemType.maximumLength:
            let length = try item.uint32()
            try item.requireEnd()
            // PS3.8 §D.1: zero means that there is no limit.
            maximumLength = length == 0 ? nil : length
        case ItemType.implementationClassUID: implementationClassUID = item.text
        case ItemType.implementationVersionName: implementationVersionName = item.text
        case ItemType.asynchronousOperationsWindow:
            asynchronousOperationsWindow = AsynchronousOperationsWindow(
                maximumOperationsInvoked: try item.uint16(), maximumOperationsPerformed: try item.uint16())
            try item.requireEnd()
        case ItemType.roleSelection: roleSelections.append(try RoleSelection(decoding: &item))
        case ItemType.extendedNegotiation:
            extendedNegotiations.append(
                SOPClassExtendedNegotiation(
                    sopClassUID: try item.lengthPrefixedText(),
                    serviceClassApplicationInformation: Array(item.value.readableBytesView)))
        case ItemType.commonExtendedNegotiation:
            commonExtendedNegotiations.append(try SOPClassCommonExtendedNegotiation(decoding: &item, counting: &count))
        case ItemType.userIdentity:
            guard userIdentity == nil else { throw .itemRepeated(type: item.type) }
            userIdentity = try UserIdentity(decoding: &item)
        case ItemType.userIdentityServerResponse: userIdentityServerResponse = try item.lengthPrefixedBytes()
        default: break
        }
    }
}

extension RoleSelection {
    /// PS3.7 Table D.3-9.
    fileprivate init(decoding item: inout PDUItem) throws(PDUDecodingError) {
        self.init(
            sopClassUID: try item.lengthPrefixedText(), isSCU: try item.uint8() != 0, isSCP: try item.uint8() != 0)
        try item.requireEnd()
    }
}

extension SOPClassCommonExtendedNegotiation {
    /// PS3.7 Table D.3-12. Later versions may add fields after the ones read here.
    fileprivate init(decoding item: inout PDUItem, counting count: inout ItemCount) throws(PDUDecodingError) {
        self.init(
            sopClassUID: try item.lengthPrefixedText(), serviceClassUID: try item.lengthPrefixedText(),
            relatedGeneralSOPClassUIDs: [])
        var list = PDUItem(type: item.type, bytes: try item.lengthPrefixedBytes())
        while !list.isAtEnd {
            try count.add()
            relatedGeneralSOPClassUIDs.append(try list.lengthPrefixedText())
        }
    }
}

extension UserIdentity {
    /// PS3.7 Table D.3-14.
    fileprivate init(decoding item: inout PDUItem) throws(PDUDecodingError) {
        self.init(
            type: try item.uint8(), isPositiveResponseRequested: try item.uint8() != 0,
            primaryField: try item.lengthPrefixedBytes(), secondaryField: try item.lengthPrefixedBytes())
        try item.requireEnd()
    }
}
