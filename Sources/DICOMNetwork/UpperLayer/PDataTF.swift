// SPDX-License-Identifier: Apache-2.0

/// P-DATA-TF: one or more presentation data values. PS3.8 §9.3.5.
package struct PDataTF: Hashable, Sendable {
    package var values: [PresentationDataValue]

    package init(values: [PresentationDataValue]) {
        self.values = values
    }
}
