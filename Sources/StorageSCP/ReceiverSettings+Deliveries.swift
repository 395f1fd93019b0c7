// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

extension ReceiverSettings {
    /// Differences between clocks, and delays of requests, must be small compared with a lease. Only tests may have a shorter one.
    static let minimumLeaseSeconds = 60

    static let manyStudies = SettingDescription.Section("Many studies", "#many-studies")

    static let importUnit = Setting(
        "IMPORT_UNIT", default: Configuration.ImportUnit.delivery,
        """
        `instance`: each instance is a delivery of its own, which is closed at once and imported alone. Each then \
        costs an open marker, a manifest and an import job.
        """)
    static let deliveryOpeningSeconds = Setting(
        "DELIVERY_OPENING_SECONDS", default: 3, in: 0...3600,
        """
        Seconds between the openings of two deliveries, once `DELIVERY_OPENING_BURST` are used up. 0: each study has a \
        delivery of its own.
        """,
        see: manyStudies)
    static let deliveryOpeningBurst = Setting(
        "DELIVERY_OPENING_BURST", default: 20, in: 1...10_000, "Deliveries that may be opened at once after a pause.")
    static let deliveryQuietSeconds = Setting(
        "DELIVERY_QUIET_SECONDS", default: 30, in: 1...86_400,
        "A delivery closes when no association uses it and it has received nothing for this number of seconds.")
    static let deliveryShortQuietSeconds = Setting(
        "DELIVERY_SHORT_QUIET_SECONDS", default: 3, in: 1...86_400,
        """
        The same for a sender that is known to send each study over one association. If it is not less than \
        `DELIVERY_QUIET_SECONDS`, that one applies to all senders.
        """,
        see: SettingDescription.Section("Quiet time", "receiver.md#quiet-time"))
    static let deliveryMaximumInstances = Setting(
        "DELIVERY_MAXIMUM_INSTANCES", default: HealthImagingLimits.maximumInstances,
        in: 1...HealthImagingLimits.maximumInstances,
        "Instances in a delivery. One import job takes at most \(HealthImagingLimits.maximumInstances).")
    static let deliveryMaximumBytes = Setting(
        "DELIVERY_MAXIMUM_BYTES", default: 4_000_000_000, in: 1...HealthImagingLimits.maximumBytes,
        """
        Bytes in a delivery. Instances that are being received when it is reached still belong to the delivery, up to \
        \(HealthImagingLimits.maximumBytes) bytes, the limit of one import job; beyond that the sender is told A700H \
        and should send again.
        """)
    static let deliveryMaximumAgeSeconds = Setting(
        "DELIVERY_MAXIMUM_AGE_SECONDS", default: 3600, in: 1...DeliveryAge.maximumOfAcknowledgement,
        """
        Seconds after which a delivery takes no further instances. Instances that are being received then may still be \
        acknowledged until the delivery is twelve hours old.
        """)
    static let taskLeaseSeconds = Setting(
        "TASK_LEASE_SECONDS", default: 60, in: DocumentLimits.leaseSeconds,
        values: """
            \(minimumLeaseSeconds) to \(DocumentLimits.leaseSeconds.upperBound), from \(DocumentLimits.leaseSeconds.lowerBound) \
            with `ALLOW_SHORT_LEASE`
            """,
        """
        Seconds for which the receiver may acknowledge instances after it last renewed its task lease. After three \
        times as long, the sweep closes its deliveries.
        """,
        see: SettingDescription.Section("When the receiver dies", "pipeline.md#when-the-receiver-dies"))
    static let allowShortLease = Setting(
        "ALLOW_SHORT_LEASE", default: false,
        """
        `true`: `TASK_LEASE_SECONDS` may be less than \(minimumLeaseSeconds). For tests only: differences between \
        clocks, and delays of requests, must be small compared with a lease.
        """)
}
