import FoundationEssentials
import ImportPipeline

/// Where what is not imported is written down.
package protocol RejectionTable: Sendable {
    /// It is written once; what is there already stays as it is.
    func rejected(_ rejection: Rejection, at date: Date) async throws

    func isRejected(_ delivery: DeliveryID) async throws -> Bool
}
