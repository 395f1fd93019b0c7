// SPDX-License-Identifier: Apache-2.0

/// A valid request of the peer whose data set follows: the application takes the data set, and the outcome is the
/// response.
package enum OperationRequest: Hashable, Sendable {
    case store(CStoreRequest)
    case action(NActionRequest)

    package var messageID: UInt16 {
        switch self {
        case .store(let request): request.messageID
        case .action(let request): request.messageID
        }
    }

    package func response(_ outcome: OperationOutcome) -> DIMSEResponse {
        switch self {
        case .store(let request):
            DIMSEResponse(CStoreResponse(to: request, outcome: outcome), on: request.presentationContextID)
        case .action(let request):
            DIMSEResponse(NActionResponse(to: request, outcome: outcome), on: request.presentationContextID)
        }
    }
}
