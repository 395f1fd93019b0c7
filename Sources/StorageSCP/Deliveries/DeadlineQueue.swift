import ImportPipeline
import NIOCore

/// Deliveries in the order of their deadlines. All deadlines of a queue lie equally far ahead when they are set, so the first
/// to be set is the first to pass.
///
/// Nothing is taken out when a deadline no longer counts: the caller says which do.
struct DeadlineQueue {
    struct Element {
        let id: DeliveryID
        /// By the clock of the caller.
        let deadline: Duration
    }

    /// Elements that do not count are kept up to this number, and up to as many as do count.
    private static let slack = 1024

    private var elements = CircularBuffer<Element>()
    /// Whether somebody waits for the first deadline.
    var isTimed = false

    mutating func append(_ element: Element, live: Int, counts: (Element) -> Bool) {
        if elements.count > 2 * live + Self.slack { elements.removeAll { !counts($0) } }
        elements.append(element)
    }

    /// The first element that counts; those before it go.
    mutating func first(where counts: (Element) -> Bool) -> Element? {
        while let first = elements.first {
            if counts(first) { return first }
            elements.removeFirst()
        }
        return nil
    }

    mutating func removeFirst() {
        elements.removeFirst()
    }
}
