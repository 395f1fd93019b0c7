// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

extension DIMSEStatus {
    /// What the status of a C-STORE means: PS3.4 Table B.2-1, PS3.7 §9.1.1.1.9 and annex C.
    package var storageMeaning: String {
        switch rawValue {
        case 0x0000: "stored"
        case 0x0001: "stored, with a warning about requested optional attributes"
        case 0x0107: "stored, with a warning about attributes"
        case 0x0116: "stored, with a warning about an attribute's value"
        case 0x0105: "no such attribute"
        case 0x0106: "invalid attribute value"
        case 0x0110: "processing failure"
        case 0x0111: "duplicate SOP Instance"
        case 0x0112: "no such SOP Instance"
        case 0x0115: "invalid argument value"
        case 0x0117: "invalid SOP Instance UID"
        case 0x0118: "no such SOP Class"
        case 0x0119: "class and instance conflict"
        case 0x0120: "missing attribute"
        case 0x0121: "missing attribute value"
        case 0x0122: "SOP Class not supported"
        case 0x0124: "not authorized"
        case 0x0210: "duplicate invocation"
        case 0x0211: "unrecognized operation"
        case 0x0212: "mistyped argument"
        case 0x0213: "resource limitation"
        case 0xFE00: "cancelled"
        case 0xB000: "stored, some values were changed"
        case 0xB006: "stored, some elements were discarded"
        case 0xB007: "stored, but the data set does not match its SOP Class"
        case 0xA700...0xA7FF: "out of resources"
        case 0xA900...0xA9FF: "the data set does not match its SOP Class"
        case 0xB000...0xBFFF: "stored, with a warning"
        case 0xC000...0xCFFF: "the receiver cannot understand the data set"
        default: "a failure that the standard does not define"
        }
    }
}
