// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import DICOMNetwork
import NIOCore
import StorageSCU

/// The tables of the DICOM conformance statement about `dicomstore send`.
extension GeneratedTable {
    static let requestor = [requestorParameters, requestorStatuses]

    private static let requestorParameters = GeneratedTable(
        of: .conformance, name: "association parameters of the requestor", ["parameter", "value", "can be set by"],
        [
            ["Application Context Name", AAssociateRQ.dicomApplicationContextName, ""],
            ["Implementation Class UID", AssociationOpener.implementationClassUID, ""],
            ["Implementation Version Name", AssociationOpener.implementationVersionName, ""],
            ["Maximum PDU length that is announced", "\(limits.maximumLength)", ""],
            ["Longest P-DATA-TF that is sent, if the peer accepts it", "\(limits.maximumLengthSent)", ""],
            ["Presentation contexts of an association", "\(ContextPlan.maximumContexts)", ""],
            ["Concurrent associations, as requestor", "1", "`--associations`, up to \(Sender.maximumAssociations)"],
            ["Concurrent associations, as acceptor", "0", ""],
            ["Outstanding operations of an association", "1", ""],
            ["Seconds for the connection", seconds(timeouts.connection), ""],
            ["Seconds from the connection to the A-ASSOCIATE-AC", seconds(timeouts.association), ""],
            ["Seconds in which the peer must take bytes", seconds(timeouts.network), ""],
            ["Seconds from the end of a request to its response", seconds(timeouts.response), ""],
            ["Seconds for the A-RELEASE-RP", seconds(timeouts.release), ""],
            ["ARTIM, in seconds", seconds(timeouts.artim), ""],
            [
                "Failures one after another before the rest is given up", "\(RetryPolicy().maximumFailures)",
                "`--retries`",
            ],
        ])

    private static let limits = RequestorLimits()
    private static let timeouts = RequestorTimeouts()

    private static func seconds(_ amount: TimeAmount) -> String { "\(amount.nanoseconds / 1_000_000_000)" }

    /// The statuses of PS3.4, table B.2-1, and of PS3.7, annex C; one for each range.
    private static let requestorStatuses = GeneratedTable(
        of: .conformance, name: "C-STORE statuses that the requestor knows",
        ["status", "what it prints", "the file counts as"],
        [
            0x0000, 0x0001, 0x0107, 0x0116, 0xB000, 0xB006, 0xB007, 0xB123,
            0x0105, 0x0106, 0x0110, 0x0111, 0x0112, 0x0115, 0x0117, 0x0118, 0x0119, 0x0120, 0x0121, 0x0122, 0x0124,
            0x0210, 0x0211, 0x0212, 0x0213, 0xA700, 0xA900, 0xC000, 0xFE00, 0x0999,
        ].map { (number: UInt16) in
            let status = DIMSEStatus(rawValue: number)
            let name = names[number] ?? status.description
            return [name, status.storageMeaning, status.isStored ? "stored" : "not stored"]
        })

    private static let names: [UInt16: String] = [
        0xB123: "any other BxxxH", 0xA700: "A7xxH", 0xA900: "A9xxH", 0xC000: "CxxxH", 0x0999: "any other",
    ]
}
