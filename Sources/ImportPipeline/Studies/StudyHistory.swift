// SPDX-License-Identifier: Apache-2.0

/// What came of a study before.
package protocol StudyHistory: Sendable {
    /// The first delivery that brought instances of the study into this data store; `nil` if none is known. The UID has
    /// the form of keys: see `BucketLayout.component(ofUID:)`.
    func firstDelivery(ofStudy studyInstanceUID: String, datastoreID: String) async throws -> DeliveryID?
}
