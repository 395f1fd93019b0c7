// SPDX-License-Identifier: Apache-2.0

/// The attributes of an instance that a receiver needs.
package struct InstanceHeader: Hashable, Sendable {
    package internal(set) var sopClassUID: UIDValue?
    package internal(set) var sopInstanceUID: UIDValue?
    package internal(set) var studyInstanceUID: UIDValue?
    package internal(set) var seriesInstanceUID: UIDValue?
    /// `YYYYMMDD`. `nil` if absent, or not a date in the form of PS3.5 §6.2 or its predecessor `YYYY.MM.DD`.
    package internal(set) var studyDate: String?
    /// The values of the further elements that the reader was asked to keep, as received. If an element occurs twice, the
    /// first one counts.
    package internal(set) var keptValues: [Tag: [UInt8]] = [:]

    package init() {}

    var hasAllUIDs: Bool {
        sopClassUID != nil && sopInstanceUID != nil && studyInstanceUID != nil && seriesInstanceUID != nil
    }
}
