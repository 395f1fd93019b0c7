// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The fields at the beginning of both A-ASSOCIATE-RQ and A-ASSOCIATE-AC. PS3.8 Tables 9-11 and 9-17.
private struct AssociateFields {
    static let length = 68

    let protocolVersion: UInt16
    let calledAETitle: AETitle
    let callingAETitle: AETitle
    let reserved: [UInt8]

    init(decoding body: inout ByteBuffer, of type: PDUType) throws(PDUDecodingError) {
        let length = body.readableBytes
        guard let (version, _) = body.readMultipleIntegers(as: (UInt16, UInt16).self),
            let called = body.readBytes(length: AETitle.length),
            let calling = body.readBytes(length: AETitle.length),
            let reserved = body.readBytes(length: AAssociateRQ.reservedLength)
        else { throw .bodyTooShort(type: type, length: length, minimum: Self.length) }
        protocolVersion = version
        calledAETitle = AETitle(field: called)
        callingAETitle = AETitle(field: calling)
        self.reserved = reserved
    }
}

extension AAssociateRQ {
    /// PS3.8 §9.3.2. Items of an unknown type are skipped, as §9.3.1 requires.
    init(decoding body: inout ByteBuffer, limits: AssociationLimits) throws(PDUDecodingError) {
        let fields = try AssociateFields(decoding: &body, of: .associateRQ)
        var count = ItemCount(maximum: limits.maximumItems)
        var applicationContextName: String?
        var contexts: [ProposedPresentationContext] = []
        var userInformation: UserInformation?
        var ids: Set<UInt8> = []
        while let item = try PDUItem.read(from: &body, counting: &count) {
            switch item.type {
            case ItemType.applicationContext:
                guard applicationContextName == nil else { throw .itemRepeated(type: item.type) }
                applicationContextName = item.text
            case ItemType.proposedPresentationContext:
                let context = try ProposedPresentationContext(decoding: item, counting: &count)
                guard ids.insert(context.id).inserted else { throw .presentationContextIDRepeated(context.id) }
                contexts.append(context)
            case ItemType.userInformation:
                guard userInformation == nil else { throw .itemRepeated(type: item.type) }
                userInformation = try UserInformation(decoding: item, counting: &count)
            default:
                break
            }
        }
        guard !contexts.isEmpty else { throw .itemMissing(type: ItemType.proposedPresentationContext) }
        self.init(
            calledAETitle: fields.calledAETitle, callingAETitle: fields.callingAETitle,
            presentationContexts: contexts, userInformation: userInformation ?? UserInformation())
        self.protocolVersion = fields.protocolVersion
        self.reserved = fields.reserved
        self.applicationContextName = applicationContextName
    }
}

extension AAssociateAC {
    /// PS3.8 §9.3.3.
    init(decoding body: inout ByteBuffer, limits: AssociationLimits) throws(PDUDecodingError) {
        let fields = try AssociateFields(decoding: &body, of: .associateAC)
        var count = ItemCount(maximum: limits.maximumItems)
        var applicationContextName: String?
        var answers: [PresentationContextAnswer] = []
        var userInformation: UserInformation?
        while let item = try PDUItem.read(from: &body, counting: &count) {
            switch item.type {
            case ItemType.applicationContext: applicationContextName = item.text
            case ItemType.presentationContextAnswer:
                answers.append(try PresentationContextAnswer(decoding: item, counting: &count))
            case ItemType.userInformation: userInformation = try UserInformation(decoding: item, counting: &count)
            default: break
            }
        }
        self.init(
            calledAETitle: fields.calledAETitle, callingAETitle: fields.callingAETitle, reserved: fields.reserved,
            presentationContexts: answers, userInformation: userInformation ?? UserInformation())
        self.protocolVersion = fields.protocolVersion
        self.applicationContextName = applicationContextName
    }
}

extension ProposedPresentationContext {
    /// PS3.8 Table 9-13.
    fileprivate init(decoding item: PDUItem, counting count: inout ItemCount) throws(PDUDecodingError) {
        var context = item
        let id = try context.uint8()
        try context.skip(3)
        guard !id.isMultiple(of: 2) else { throw .presentationContextIDNotAllowed(id) }
        var abstractSyntax: String?
        var transferSyntaxes: [String] = []
        while let item = try context.readItem(counting: &count) {
            switch item.type {
            case ItemType.abstractSyntax:
                guard abstractSyntax == nil else { throw .itemRepeated(type: item.type) }
                abstractSyntax = item.text
            case ItemType.transferSyntax:
                transferSyntaxes.append(item.text)
            default:
                break
            }
        }
        guard let abstractSyntax else { throw .itemMissing(type: ItemType.abstractSyntax) }
        self.init(id: id, abstractSyntax: abstractSyntax, transferSyntaxes: transferSyntaxes)
    }
}

extension PresentationContextAnswer {
    /// PS3.8 Table 9-18.
    fileprivate init(decoding item: PDUItem, counting count: inout ItemCount) throws(PDUDecodingError) {
        var answer = item
        let id = try answer.uint8()
        try answer.skip(1)
        let number = try answer.uint8()
        try answer.skip(1)
        guard let result = Result(rawValue: number) else {
            throw .valueNotAllowed(type: .associateAC, field: "Result/Reason", value: number)
        }
        var transferSyntax = ""
        while let item = try answer.readItem(counting: &count) {
            if item.type == ItemType.transferSyntax { transferSyntax = item.text }
        }
        self.init(id: id, result: result, transferSyntax: transferSyntax)
    }
}
