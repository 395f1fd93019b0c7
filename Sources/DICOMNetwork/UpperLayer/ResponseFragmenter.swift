// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Cuts command sets and data sets into PDUs that are not longer than the peer accepts.
enum ResponseFragmenter {
    /// Length, context id and control header of a PDV. PS3.8 §9.3.5.1.
    private static let overhead = 6

    /// The length of the longest fragment in one PDV of a P-DATA-TF with this maximum length.
    ///
    /// PS3.8 §D.1 counts the whole PDV list. Some peers announce a maximum that is too small for any PDV: it is
    /// ignored. PS3.8 §E.1: an even number of bytes, unless the peer accepts only one.
    static func fragmentLength(maximumLength: UInt32?) -> Int {
        let room = maximumLength.map { Int($0) - overhead } ?? Int.max
        return room <= 0 ? Int.max : room == 1 ? 1 : room & ~1
    }

    static func data(for response: DIMSEResponse, maximumLength: UInt32?) -> [PDataTF] {
        data(for: response.commandSet, on: response.presentationContextID, maximumLength: maximumLength)
    }

    static func data(for command: CommandSet, on contextID: UInt8, maximumLength: UInt32?) -> [PDataTF] {
        var rest = command.encoded()
        let fragmentLength = fragmentLength(maximumLength: maximumLength)
        var data: [PDataTF] = []
        repeat {
            let fragment = rest.readSlice(length: min(fragmentLength, rest.readableBytes)) ?? ByteBuffer()
            let value = PresentationDataValue(
                contextID: contextID, isCommand: true, isLast: rest.readableBytes == 0, fragment: fragment)
            data.append(PDataTF(values: [value]))
        } while rest.readableBytes > 0
        return data
    }

    /// A part of a data set.
    static func data(
        _ bytes: ByteBuffer, on contextID: UInt8, isLast: Bool, fragmentLength: Int
    ) -> [PDataTF] {
        var rest = bytes
        var data: [PDataTF] = []
        repeat {
            let fragment = rest.readSlice(length: min(fragmentLength, rest.readableBytes)) ?? ByteBuffer()
            let value = PresentationDataValue(
                contextID: contextID, isCommand: false, isLast: isLast && rest.readableBytes == 0, fragment: fragment)
            data.append(PDataTF(values: [value]))
        } while rest.readableBytes > 0
        return data
    }
}
