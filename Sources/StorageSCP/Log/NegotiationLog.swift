// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Logging
import NIOCore

/// Logs the negotiation of an association at level DEBUG, in both directions, with one line for each presentation
/// context.
///
/// Names in a request are bytes of the peer: if one is not a UID, only its length is logged. Lists are bounded. Of a
/// user identity only the type is logged.
struct NegotiationLog {
    private static let maximumListed = 100

    let logger: Logger

    func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String) {
        guard logger.logLevel <= .debug else { return }
        var metadata = Self.metadata(of: request.userInformation)
        metadata["association"] = "\(association)"
        metadata["peer"] = "\(peer?.ipAddress ?? "unknown")"
        metadata["protocolVersion"] = "\(request.protocolVersion)"
        metadata["applicationContext"] = request.applicationContextName.map { "\(LoggedUID($0))" }
        metadata["callingAE"] = "\(request.callingAETitle)"
        metadata["calledAE"] = "\(request.calledAETitle)"
        metadata["presentationContexts"] = "\(request.presentationContexts.count)"
        logger.debug("A-ASSOCIATE-RQ received", metadata: metadata)
        for context in request.presentationContexts {
            logger.debug(
                "presentation context proposed",
                metadata: [
                    "association": "\(association)", "id": "\(context.id)",
                    "abstractSyntax": "\(LoggedUID(context.abstractSyntax))",
                    "transferSyntaxes": Self.list(context.transferSyntaxes) { "\(LoggedUID($0))" },
                ])
        }
    }

    func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String) {
        guard logger.logLevel <= .debug else { return }
        var metadata = Self.metadata(of: answer.userInformation)
        metadata["association"] = "\(association)"
        logger.debug("A-ASSOCIATE-AC sent", metadata: metadata)
        let proposed = Dictionary(request.presentationContexts.map { ($0.id, $0) }) { first, _ in first }
        for context in answer.presentationContexts {
            var metadata: Logger.Metadata = [
                "association": "\(association)", "id": "\(context.id)", "result": "\(context.result)",
            ]
            metadata["abstractSyntax"] = proposed[context.id].map { "\(LoggedUID($0.abstractSyntax))" }
            if context.result == .acceptance { metadata["transferSyntax"] = "\(context.transferSyntax)" }
            logger.debug("presentation context answered", metadata: metadata)
        }
    }

    private static func metadata(of information: UserInformation) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["maximumLength": "\(information.maximumLength.map { "\($0)" } ?? "unlimited")"]
        metadata["implementationClassUID"] = information.implementationClassUID.map { "\(LoggedUID($0))" }
        // Has the same length and characters as an AE title. PS3.7 §D.3.3.2.
        metadata["implementation"] = information.implementationVersionName.map { "\(AETitle($0))" }
        metadata["operations"] = information.asynchronousOperationsWindow.map {
            "invoked \($0.maximumOperationsInvoked), performed \($0.maximumOperationsPerformed)"
        }
        metadata["userIdentity"] = information.userIdentity.map {
            "type \($0.type)\($0.isPositiveResponseRequested ? ", response requested" : "")"
        }
        metadata["userIdentityResponse"] = information.userIdentityServerResponse.map { "\($0.count) bytes" }
        if !information.roleSelections.isEmpty {
            metadata["roles"] = list(information.roleSelections) {
                "\(LoggedUID($0.sopClassUID)): SCU \($0.isSCU), SCP \($0.isSCP)"
            }
        }
        if !information.extendedNegotiations.isEmpty {
            metadata["extendedNegotiations"] = list(information.extendedNegotiations) {
                "\(LoggedUID($0.sopClassUID)): \($0.serviceClassApplicationInformation.count) bytes"
            }
        }
        if !information.commonExtendedNegotiations.isEmpty {
            metadata["commonExtendedNegotiations"] = list(information.commonExtendedNegotiations) {
                "\(LoggedUID($0.sopClassUID)): \(LoggedUID($0.serviceClassUID)), related \($0.relatedGeneralSOPClassUIDs.count)"
            }
        }
        return metadata
    }

    private static func list<Element>(
        _ elements: [Element], _ text: (Element) -> String
    ) -> Logger.MetadataValue {
        let listed = elements.prefix(maximumListed).map(text)
        let further = elements.count - listed.count
        return .array((listed + (further > 0 ? ["and \(further) more"] : [])).map { .string($0) })
    }
}

extension RefusedStorageContexts {
    /// For the association's log line; `nil` if all were accepted.
    var metadata: Logger.MetadataValue? {
        guard !first.isEmpty else { return nil }
        let listed = first.map { context in
            var syntaxes = context.transferSyntaxes.map { "\($0)" }
            if context.furtherTransferSyntaxes > 0 { syntaxes.append("and \(context.furtherTransferSyntaxes) more") }
            return "\(context.abstractSyntax) in \(syntaxes.joined(separator: ", ")): \(context.result)"
        }
        return .array((listed + (further > 0 ? ["and \(further) more"] : [])).map { .string($0) })
    }
}
