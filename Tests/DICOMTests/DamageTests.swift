// SPDX-License-Identifier: Apache-2.0

import DICOM
import DamagedInput
import SeededRandom
import Testing

@Suite("Damaged input")
struct DamageTests {
    @Test(
        "A damaged data set is read or refused, without using more bytes than were given",
        arguments: InstanceHeaderReaderTests.syntaxes)
    func dataSets(_ syntax: TransferSyntax) throws {
        var generator = SplitMix64(seed: 1)
        let bytes = InstanceHeaderReaderTests.instance(syntax)
        for _ in 0..<1000 {
            let damaged = bytes.damaged(&generator)
            var reader = try InstanceHeaderReader(transferSyntax: syntax)
            do throws(DataSetError) {
                try reader.feed(damaged)
                try reader.finish()
            } catch {
                #expect(reader.progress == .needsMoreBytes)
            }
            #expect(reader.bytesConsumed <= UInt64(damaged.count))
        }
    }

    @Test("Damaged files do not crash the reader")
    func files() throws {
        var generator = SplitMix64(seed: 2)
        let bytes =
            try FileMetaInformationTests.meta().encoded() + InstanceHeaderReaderTests.instance(.explicitVRLittleEndian)
        for _ in 0..<1000 {
            let damaged = bytes.damaged(&generator)
            var reader = Part10HeaderReader()
            _ = try? reader.feed(damaged)
            #expect(reader.bytesConsumed <= UInt64(damaged.count))
        }
    }
}
