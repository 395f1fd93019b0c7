// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import DamagedInput
import NIOCore
import SeededRandom
import Testing

@Suite("Damaged bytes")
struct DamageTests {
    @Test("Damaged bytes are answered or aborted, receivers are finished or cancelled, and the end is reported once")
    func damaged() throws {
        let messages: [UInt8] = Array(
            Samples.encoded(
                .associateRQ(Samples.request),
                Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3], isLast: false)),
                Samples.data(Samples.value([4]), Samples.value(CEchoRequest(messageID: 2).commandSet())), .releaseRQ
            ).readableBytesView)
        var generator = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let bytes = messages.damaged(&generator)
            let peer = try EmbeddedPeer()
            try peer.send(bytes: bytes)
            if peer.channel.isActive { try peer.close() }
            #expect(peer.service.summaries.count == (bytes.isEmpty ? 0 : 1))
            for receiver in peer.service.receivers {
                #expect(receiver.events.last == .finished || receiver.events.last == .cancelled)
            }
        }
    }
}
