// SPDX-License-Identifier: Apache-2.0

/// Why an object is not imported: what was expected, and what was found instead. It never contains a patient's data.
package struct Rejection: Error, Sendable, Equatable {
    package let deliveryId: DeliveryID
    package let inputS3Uri: String
    package let message: String
    package var studyInstanceUID: String?
    /// From a manifest that could be read, as are the next three.
    package var datastoreId: String?
    package var route: String?
    package var callingAETitle: String?
    package var calledAETitle: String?

    package init(deliveryId: DeliveryID, inputS3Uri: String, message: String, studyInstanceUID: String? = nil) {
        self.deliveryId = deliveryId
        self.inputS3Uri = inputS3Uri
        self.message = message
        self.studyInstanceUID = studyInstanceUID
    }
}
