// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// What a route does with the instances that match it.
enum RouteAction: Hashable, Sendable {
    /// Stores them, for the import into this data store; `nil`: the data store that the pipeline uses by default.
    case store(datastoreID: String?)
    case refuse(DIMSEStatus)
    /// Answers success and keeps nothing.
    case discard

    /// The word in `ROUTES` for the data store that the pipeline uses by default.
    static let standardDatastore = "default"

    static let expectedStatus = "a failure of C-STORE such as \"A700H\", \"0124H\" or \"C001H\""

    /// A status as `A700` or `A700H`. `nil` if it is not a failure: a sender would take another status for a promise.
    /// PS3.7 §C.4 and PS3.4 §B.2.3.
    static func failure(_ text: String) -> DIMSEStatus? {
        let digits = text.utf8.last == UInt8(ascii: "H") ? text.dropLast() : text[...]
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt16(digits, radix: 16)
        else { return nil }
        let isOfService = [0xA, 0xC].contains(value >> 12)
        let isGeneral = [0x0110, 0x0117, 0x0122, 0x0124, 0x0210, 0x0211, 0x0212, 0x0213].contains(value)
        return isOfService || isGeneral ? DIMSEStatus(rawValue: value) : nil
    }
}
