import NIOCore

/// Cuts a response into PDUs no longer than the peer takes.
enum ResponseFragmenter {
    /// Length, context id and control header of a PDV. PS3.8 §9.3.5.1.
    private static let overhead = 6

    /// PS3.8 §D.1 counts the whole PDV list. A maximum that could hold no PDV at all, as some peers announce, cannot be
    /// meant, and is passed over.
    static func data(for response: DIMSEResponse, maximumLength: UInt32?) -> [PDataTF] {
        var rest = response.commandSet.encoded()
        let room = maximumLength.map { Int($0) - overhead } ?? Int.max
        // PS3.8 §E.1: an even number of bytes, unless the peer has room for one only.
        let fragmentLength = room <= 0 ? Int.max : room == 1 ? 1 : room & ~1
        var data: [PDataTF] = []
        repeat {
            let fragment = rest.readSlice(length: min(fragmentLength, rest.readableBytes)) ?? ByteBuffer()
            let value = PresentationDataValue(
                contextID: response.presentationContextID, isCommand: true, isLast: rest.readableBytes == 0,
                fragment: fragment)
            data.append(PDataTF(values: [value]))
        } while rest.readableBytes > 0
        return data
    }
}
