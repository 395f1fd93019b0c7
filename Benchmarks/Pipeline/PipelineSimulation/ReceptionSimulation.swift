// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import StorageSCP

/// One receiver that puts the images of associations into deliveries, in virtual time. The product's own policy values
/// decide when a delivery opens, when a study joins the delivery of another one, and when a delivery closes.
package struct ReceptionSimulation {
    private enum Event {
        case begins(Int)
        case ends(Int)
        /// The delivery closes if it has received nothing since then.
        case isQuiet(Int, since: Double)
        case isOld(Int)
    }

    private struct Delivery {
        let sender: String
        let openedAt: Double
        /// The time of the last acknowledgement of each study.
        var studies: [String: Double] = [:]
        var images = 0
        var underWay = 0
        var associations = 0
        var isReleased = true
        var quietSince = 0.0
        var wasShort = false
    }

    private let transmissions: [Transmission]
    private let limits: DeliveryLimits
    private var quietTimes: SenderQuietTimes
    private var pace: OpeningPace
    private var agenda = Agenda<Event>()
    private var open: [Int: Delivery] = [:]
    /// The open delivery of each sender and study.
    private var deliveryOfStudy: [[String]: Int] = [:]
    /// The newest open delivery of each sender.
    private var youngestOfSender: [String: Int] = [:]
    private var deliveryOfTransmission: [Int: Int] = [:]
    private var openedCount = 0
    private var closed: [ClosedDelivery] = []

    package init(_ transmissions: [Transmission], limits: DeliveryLimits, pace: OpeningPace) {
        self.transmissions = transmissions
        self.limits = limits
        quietTimes = SenderQuietTimes(
            fullQuiet: .seconds(limits.quietSeconds),
            shortQuiet: .seconds(limits.shortQuietSeconds ?? limits.quietSeconds))
        self.pace = pace
    }

    /// Returns the deliveries in the order in which they close.
    package mutating func run() -> [ClosedDelivery] {
        for (index, transmission) in transmissions.enumerated() { agenda.plan(.begins(index), at: transmission.begin) }
        while let (now, event) = agenda.next() {
            switch event {
            case .begins(let index): begin(index, at: now)
            case .ends(let index): end(index, at: now)
            case .isQuiet(let id, let since):
                if let delivery = open[id], delivery.underWay == 0, delivery.quietSince == since {
                    close(id, isQuiet: true, at: now)
                }
            case .isOld(let id): if open[id] != nil { close(id, isQuiet: false, at: now) }
            }
        }
        return closed
    }

    // MARK: -

    private mutating func begin(_ index: Int, at now: Double) {
        let transmission = transmissions[index]
        let id = deliveryOfStudy[[transmission.sender, transmission.study]] ?? openOrJoin(transmission, at: now)
        deliveryOfTransmission[index] = id
        open[id]?.images += transmission.images
        open[id]?.underWay += 1
        open[id]?.associations += 1
        open[id]?.studies[transmission.study] = transmission.end
        agenda.plan(.ends(index), at: transmission.end)
    }

    private mutating func openOrJoin(_ transmission: Transmission, at now: Double) -> Int {
        let sender = transmission.sender
        quietTimes.began(study: transmission.study, of: DeliverySender(callingAETitle: sender), at: .seconds(now))
        let youngest = youngestOfSender[sender].flatMap { id -> (id: Int, openedAt: Double)? in
            guard let delivery = open[id], delivery.images + transmission.images <= limits.maximumInstances,
                delivery.studies.count < DeliveryManifest.maximumStudies
            else { return nil }
            return (id, delivery.openedAt)
        }
        let opens = pace.opens(
            at: .seconds(now), orJoinsOneOpenedAt: youngest.map { .seconds($0.openedAt) },
            senders: youngestOfSender.count)
        if !opens, let youngest {
            deliveryOfStudy[[sender, transmission.study]] = youngest.id
            return youngest.id
        }
        openedCount += 1
        open[openedCount] = Delivery(sender: sender, openedAt: now)
        deliveryOfStudy[[sender, transmission.study]] = openedCount
        youngestOfSender[sender] = openedCount
        agenda.plan(.isOld(openedCount), at: now + Double(limits.maximumAgeSeconds))
        return openedCount
    }

    private mutating func end(_ index: Int, at now: Double) {
        guard let id = deliveryOfTransmission.removeValue(forKey: index), open[id] != nil else { return }
        open[id]?.underWay -= 1
        if !transmissions[index].isReleased { open[id]?.isReleased = false }
        guard let delivery = open[id], delivery.underWay == 0 else { return }
        let isShort =
            delivery.associations == 1 && delivery.isReleased && delivery.studies.count == 1
            && quietTimes.isKnown(DeliverySender(callingAETitle: delivery.sender))
        open[id]?.quietSince = now
        open[id]?.wasShort = isShort
        let seconds = (isShort ? limits.shortQuietSeconds : nil) ?? limits.quietSeconds
        agenda.plan(.isQuiet(id, since: now), at: now + Double(seconds))
    }

    private mutating func close(_ id: Int, isQuiet: Bool, at now: Double) {
        guard let delivery = open.removeValue(forKey: id) else { return }
        for study in delivery.studies.keys { deliveryOfStudy[[delivery.sender, study]] = nil }
        if youngestOfSender[delivery.sender] == id { youngestOfSender[delivery.sender] = nil }
        closed.append(
            ClosedDelivery(
                closedAt: now, lastAcknowledged: Array(delivery.studies.values), images: delivery.images))
        guard isQuiet, delivery.studies.count == 1, let study = delivery.studies.keys.first else { return }
        quietTimes.closed(
            study: study, of: DeliverySender(callingAETitle: delivery.sender),
            isReleased: delivery.associations == 1 && delivery.isReleased, wasShort: delivery.wasShort,
            at: .seconds(now))
    }
}
