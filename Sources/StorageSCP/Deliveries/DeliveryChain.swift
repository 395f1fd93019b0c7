// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The deliveries of one sender and study whose manifests are not written, in the order in which they were
/// opened, and which of them tried which instance.
///
/// A delivery tries an instance once, so no object is ever overwritten. An instance that is sent again joins the oldest
/// open delivery that has not tried it, or a new one. That delivery *repeats* the one that tried the instance last. So
/// n copies of a study that arrive at the same time make n deliveries, however many instances the study has. They close
/// in order, so that HealthImaging is asked to import them in order.
///
/// A delivery of several studies is in the chain of each study. It joins a chain only while it is the youngest delivery
/// of its sender, so it is younger than every other delivery in that chain. A position is therefore the
/// delivery's place in the order in which all deliveries were opened, and it is the same in every chain. A delivery
/// waits only for older ones, so deliveries never wait for one another in a circle.
///
/// Open deliveries that have tried an instance are always older than open deliveries that have not. So for each
/// instance it is enough to know which delivery tried it last.
struct DeliveryChain {
    struct Name: Hashable, Sendable {
        let sender: DeliverySender
        let studyInstanceUID: String
    }

    /// Greater for a delivery that was opened later, and the same in every chain.
    typealias Position = Int

    enum Place: Equatable {
        case joins(DeliveryID)
        case opensAnother
        /// A further delivery would make the chain of repeats longer than `maximumRepeats`.
        case sentTooOften
    }

    private struct Link {
        let id: DeliveryID
        /// The latest delivery that tried one of this delivery's instances before, unless it closed with nothing
        /// stored.
        var repeats: (position: Position, id: DeliveryID)?
        /// All deliveries that tried one of its instances before and have not closed: this delivery closes after them.
        var earlier: Set<Position> = []
        /// The deliveries that close after this one.
        var later: Set<Position> = []
    }

    private let maximumRepeats: Int
    private var links: [Position: Link] = [:]
    private var youngest = -1
    /// The deliveries that take instances, oldest first.
    private var open: [Position] = []
    /// The delivery that tried each instance last.
    private var latest: [InstanceName: Position] = [:]

    init(maximumRepeats: Int) {
        self.maximumRepeats = maximumRepeats
    }

    var isEmpty: Bool { links.isEmpty }

    /// The deliveries that take instances, oldest first.
    var openDeliveries: [DeliveryID] { open.compactMap { links[$0]?.id } }

    /// Whether one of the deliveries has tried the instance.
    func holds(_ name: InstanceName) -> Bool { latest[name] != nil }

    func place(of name: InstanceName) -> Place {
        guard let last = latest[name] else { return place(after: nil) }
        return repeats(of: last) < maximumRepeats ? place(after: last) : .sentTooOften
    }

    /// The delivery becomes the youngest of the chain, and takes instances.
    mutating func joined(_ id: DeliveryID, at position: Position) {
        precondition(position > youngest, "a chain is in the order in which deliveries were opened")
        youngest = position
        links[position] = Link(id: id)
        open.append(position)
    }

    /// The delivery tries the instance. Returns the delivery that tried it last before; `nil` when there is none, or it
    /// has closed.
    mutating func tried(_ name: InstanceName, in position: Position) -> DeliveryID? {
        guard let last = latest.updateValue(position, forKey: name), let id = links[last]?.id else { return nil }
        links[last]?.later.insert(position)
        links[position]?.earlier.insert(last)
        if links[position]?.repeats.map({ $0.position < last }) ?? true { links[position]?.repeats = (last, id) }
        return id
    }

    /// See `DeliveryManifest`.
    func repeats(_ position: Position) -> (position: Position, id: DeliveryID)? { links[position]?.repeats }

    /// The delivery takes no more instances. Returns the older deliveries that still do: they must be sealed too,
    /// because this one closes after them.
    mutating func sealed(_ position: Position) -> [DeliveryID] {
        let older = open.filter { $0 < position }.compactMap { links[$0]?.id }
        open.removeAll { $0 <= position }
        return older
    }

    /// Whether every delivery that tried one of this delivery's instances before has closed.
    func mayClose(_ position: Position) -> Bool { links[position]?.earlier.isEmpty ?? true }

    /// The delivery's manifest is written, or there is none because nothing was stored (`isEmpty`). Returns the
    /// deliveries that may close now.
    mutating func closed(
        _ position: Position, names: some Sequence<InstanceName>, isEmpty: Bool = false
    ) -> [DeliveryID] {
        guard let link = links.removeValue(forKey: position) else { return [] }
        open.removeAll { $0 == position }
        guard !links.isEmpty else {
            latest = [:]
            return []
        }
        for name in names where latest[name] == position { latest[name] = nil }
        return link.later.sorted().compactMap { later in
            links[later]?.earlier.remove(position)
            if isEmpty, links[later]?.repeats?.position == position { links[later]?.repeats = link.repeats }
            return mayClose(later) ? links[later]?.id : nil
        }
    }

    // MARK: -

    private func place(after last: Position?) -> Place {
        let first = open.first { position in last.map { position > $0 } ?? true }
        return first.flatMap { links[$0]?.id }.map { .joins($0) } ?? .opensAnother
    }

    /// The length of the chain of repeats that ends with this delivery.
    private func repeats(of position: Position) -> Int {
        var count = 0
        var position = position
        while let next = links[position]?.repeats?.position, links[next] != nil {
            count += 1
            position = next
        }
        return count
    }
}
