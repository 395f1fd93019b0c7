import ImportPipeline

/// The deliveries of one calling AE title and study whose manifests are not written, in the order in which they were opened, and
/// which of them tried which instance.
///
/// A delivery tries an instance once: no object is ever overwritten. An instance that is sent again joins the oldest open delivery
/// that has not tried it, else a new one, which *repeats* the delivery that tried it last. So n copies of a study at once make n
/// deliveries, however many instances it has. They close in order, so that HealthImaging is asked to import them in order.
///
/// A delivery of several studies is in the chain of each. It joins a chain only while it is the youngest of its calling AE title, hence
/// younger than all in that chain. So in every chain a position is the delivery's place in the order in which all were opened, and a
/// delivery waits only for older ones: they never wait for one another in a circle.
///
/// Of the open deliveries, those that have tried an instance are always older than those that have not: which delivery tried it
/// last is all that has to be known of it.
struct DeliveryChain {
    struct Name: Hashable, Sendable {
        let callingAETitle: String
        let studyInstanceUID: String
    }

    /// A later delivery has a greater one, which is the same in each chain.
    typealias Position = Int

    enum Place: Equatable {
        case joins(DeliveryID)
        case opensAnother
        /// One more delivery would repeat another, beyond `maximumRepeats`.
        case sentTooOften
    }

    private struct Link {
        let id: DeliveryID
        /// The latest delivery that tried one of its instances before it did; not one that closed with nothing stored.
        var repeats: (position: Position, id: DeliveryID)?
        /// All that did so and have not closed: it closes after them.
        var earlier: Set<Position> = []
        /// Those that close after it.
        var later: Set<Position> = []
    }

    private let maximumRepeats: Int
    private var links: [Position: Link] = [:]
    private var youngest = -1
    /// Those that take more, the oldest first.
    private var open: [Position] = []
    /// The delivery that tried an instance last.
    private var latest: [InstanceName: Position] = [:]

    init(maximumRepeats: Int) {
        self.maximumRepeats = maximumRepeats
    }

    var isEmpty: Bool { links.isEmpty }

    /// Those that take more, the oldest first.
    var openDeliveries: [DeliveryID] { open.compactMap { links[$0]?.id } }

    /// Whether one of the deliveries has tried the instance.
    func holds(_ name: InstanceName) -> Bool { latest[name] != nil }

    func place(of name: InstanceName) -> Place {
        guard let last = latest[name] else { return place(after: nil) }
        return repeats(of: last) < maximumRepeats ? place(after: last) : .sentTooOften
    }

    /// The delivery is the youngest from now on, and takes instances.
    mutating func joined(_ id: DeliveryID, at position: Position) {
        precondition(position > youngest, "a chain is in the order in which deliveries were opened")
        youngest = position
        links[position] = Link(id: id)
        open.append(position)
    }

    /// The delivery tries the instance. The one that tried it last before; nil: none did that has not closed.
    mutating func tried(_ name: InstanceName, in position: Position) -> DeliveryID? {
        guard let last = latest.updateValue(position, forKey: name), let id = links[last]?.id else { return nil }
        links[last]?.later.insert(position)
        links[position]?.earlier.insert(last)
        if links[position]?.repeats.map({ $0.position < last }) ?? true { links[position]?.repeats = (last, id) }
        return id
    }

    /// See `DeliveryManifest`.
    func repeats(_ position: Position) -> (position: Position, id: DeliveryID)? { links[position]?.repeats }

    /// The delivery takes no more. The older ones that do: they are to be sealed too, since it closes after them.
    mutating func sealed(_ position: Position) -> [DeliveryID] {
        let older = open.filter { $0 < position }.compactMap { links[$0]?.id }
        open.removeAll { $0 <= position }
        return older
    }

    /// Whether every delivery that tried one of its instances before it did has closed.
    func mayClose(_ position: Position) -> Bool { links[position]?.earlier.isEmpty ?? true }

    /// The delivery's manifest is written, or there is none because nothing was stored. Those that may close by now.
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

    /// How many deliveries stand one behind another, each repeated by the next, before this one.
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
