// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Reads the action information of a request for storage commitment as it arrives. PS3.4 Table J.3-1.
///
/// Elements that it does not need are skipped, at every depth: the file-set IDs, the Retrieve AE Title, private ones.
package struct CommitmentRequestReader {
    package struct Content: Hashable, Sendable {
        package let transactionUID: UID
        /// In the order of the request; an instance that it names twice is here once.
        package let references: [InstanceReference]
    }

    package enum Progress: Hashable, Sendable {
        case needsMoreBytes
        /// Feed the rest of the input again, even if it is empty.
        case paused
    }

    /// What the reader holds for each reference at most: the reference, its place among the others and a UID; and the
    /// document that is made of it later.
    private static let bytesPerReference = 512

    private struct Item {
        var sopClassUID: UID?
        var sopInstanceUID: UID?
    }

    private let limits: CommitmentRequestLimits
    private var reader: ElementReader
    /// The element at the top level that was read last.
    private var topLevel: Tag?
    private var transactionUID: UID?
    private var hasSequence = false
    private var items = 0
    /// The item that is being read.
    private var item: Item?
    private var references: [InstanceReference] = []
    /// The place of each instance in `references`.
    private var places: [UID: Int] = [:]
    /// The SOP classes are few: references share their UIDs.
    private var classes: [UID: UID] = [:]

    package init(transferSyntax: TransferSyntax, limits: CommitmentRequestLimits = CommitmentRequestLimits()) {
        self.limits = limits
        var ofDataSet = DataSetLimits()
        ofDataSet.maximumBytesExamined = UInt64(limits.maximumBytes)
        ofDataSet.maximumDepth = limits.maximumDepth
        ofDataSet.maximumValueLength = 128
        reader = ElementReader(transferSyntax: transferSyntax, limits: ofDataSet)
    }

    /// The memory that the references take, about.
    package var bytesHeld: Int { references.count * Self.bytesPerReference }

    /// Takes bytes from the front of the input, and pauses after about `work` elements.
    package mutating func feed(
        _ input: inout Slice<UnsafeRawBufferPointer>, work: UInt64 = .max
    ) throws(CommitmentRequestProblem) -> Progress {
        reader.pause = work == .max ? .max : reader.work + work
        while true {
            switch try next(&input) {
            case .needsMoreBytes:
                return .needsMoreBytes
            case .paused: return .paused
            case .element(let element) where element.depth == 0: try begin(element)
            case .element(let element): try beginInside(element)
            case .item: try beginItem()
            case .value(let tag, let bytes): try take(bytes, of: tag)
            }
        }
    }

    /// Call this when the data set has ended.
    package mutating func finish() throws(CommitmentRequestProblem) -> Content {
        guard reader.cut == nil else { throw .unreadable(.truncated(after: reader.bytesExamined)) }
        try endItem()
        guard let transactionUID else { throw .elementMissing(.transactionUID) }
        guard hasSequence else { throw .elementMissing(.referencedSOPSequence) }
        guard !references.isEmpty else { throw .noReferences }
        return Content(transactionUID: transactionUID, references: references)
    }

    // MARK: -

    private mutating func next(
        _ input: inout Slice<UnsafeRawBufferPointer>
    ) throws(CommitmentRequestProblem) -> ElementReader.Event {
        do throws(DataSetError) {
            return try reader.next(&input)
        } catch {
            throw problem(error)
        }
    }

    private func problem(_ error: DataSetError) -> CommitmentRequestProblem {
        switch error {
        case .lengthExceedsMaximum: .tooLong(maximum: limits.maximumBytes)
        case .depthExceedsMaximum(_, let maximum): .nestedTooDeep(maximum: maximum)
        default: .unreadable(error)
        }
    }

    private mutating func begin(_ element: ElementHeader) throws(CommitmentRequestProblem) {
        try endItem()
        topLevel = element.tag
        switch element.tag {
        case .transactionUID:
            guard transactionUID == nil else { throw .elementRepeated(element.tag) }
            try keepUID(element)
        case .referencedSOPSequence:
            guard !hasSequence else { throw .elementRepeated(element.tag) }
            hasSequence = true
            do throws(DataSetError) { try reader.readItems() } catch { throw problem(error) }
        default: break
        }
    }

    /// Elements of an item of the sequence are at depth 2.
    private mutating func beginInside(_ element: ElementHeader) throws(CommitmentRequestProblem) {
        guard topLevel == .referencedSOPSequence, element.depth == 2, let item else { return }
        switch element.tag {
        case .referencedSOPClassUID where item.sopClassUID != nil,
            .referencedSOPInstanceUID where item.sopInstanceUID != nil:
            throw .elementRepeated(element.tag)
        case .referencedSOPClassUID, .referencedSOPInstanceUID: try keepUID(element)
        default: break
        }
    }

    private mutating func keepUID(_ element: ElementHeader) throws(CommitmentRequestProblem) {
        guard element.length != nil else { throw .invalidUID(element.tag, .empty) }
        do throws(DataSetError) { try reader.keepValue() } catch { throw problem(error) }
    }

    private mutating func take(_ bytes: [UInt8], of tag: Tag) throws(CommitmentRequestProblem) {
        let uid: UID
        do throws(UIDError) {
            uid = try UID(trimming: bytes[...])
        } catch {
            throw .invalidUID(tag, error)
        }
        switch tag {
        case .transactionUID: transactionUID = uid
        case .referencedSOPClassUID:
            let sopClassUID = shared(uid)
            item?.sopClassUID = sopClassUID
        default: item?.sopInstanceUID = uid
        }
    }

    private mutating func shared(_ uid: UID) -> UID {
        if let known = classes[uid] { return known }
        classes[uid] = uid
        return uid
    }

    private mutating func beginItem() throws(CommitmentRequestProblem) {
        try endItem()
        items += 1
        guard items <= limits.maximumReferences else {
            throw .tooManyReferences(maximum: limits.maximumReferences)
        }
        item = Item()
    }

    private mutating func endItem() throws(CommitmentRequestProblem) {
        guard let item else { return }
        self.item = nil
        guard let sopClassUID = item.sopClassUID else { throw .itemIncomplete(items, .referencedSOPClassUID) }
        guard let sopInstanceUID = item.sopInstanceUID else {
            throw .itemIncomplete(items, .referencedSOPInstanceUID)
        }
        if let place = places[sopInstanceUID] {
            guard references[place].sopClassUID == sopClassUID else { throw .classesContradict }
            return
        }
        places[sopInstanceUID] = references.count
        references.append(InstanceReference(sopClassUID: sopClassUID, sopInstanceUID: sopInstanceUID))
    }
}
