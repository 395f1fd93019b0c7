// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// One image as one sender has it. Another sender may have a different image with the same UIDs.
struct SentInstance: Hashable, Sendable {
    static let sopClass = "1.2.840.10008.5.1.4.1.1.2"

    let study: String
    let series: String
    let instance: String
    /// Represents the pixels.
    let content: UInt8

    /// The data set of a C-STORE, in Explicit VR Little Endian.
    var dataSet: [UInt8] {
        element(0x0008, 0x0016, "UI", padded(Self.sopClass)) + element(0x0008, 0x0018, "UI", padded(instance))
            + element(0x0020, 0x000D, "UI", padded(study)) + element(0x0020, 0x000E, "UI", padded(series))
            + [0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0, 0, 2, 0, 0, 0, content, content]
    }

    /// The file that is put into the inbox.
    var file: [UInt8]? {
        guard let sopClass = try? UID(Self.sopClass), let instance = try? UID(instance),
            let syntax = try? UID(TransferSyntax.explicitVRLittleEndian.uid)
        else { return nil }
        return FileMetaInformation(
            mediaStorageSOPClassUID: sopClass, mediaStorageSOPInstanceUID: instance, transferSyntaxUID: syntax,
            implementationClassUID: nil, implementationVersionName: nil, sourceApplicationEntityTitle: nil
        ).encoded() + dataSet
    }

    private func padded(_ uid: String) -> [UInt8] { Array(uid.utf8) + (uid.utf8.count % 2 == 0 ? [] : [0]) }

    private func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        [group, number].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + Array(vr.utf8)
            + [UInt8(value.count), 0] + value
    }
}
