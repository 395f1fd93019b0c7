// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("Message assembler")
struct MessageAssemblerTests {
    @Test("A command may be cut at any offset, even into empty fragments", arguments: [1, 2, 3, 50])
    func command(_ size: Int) throws {
        var assembler = MessageAssembler()
        let command = Samples.storeCommand()
        var rest = command.encoded()
        #expect(try assembler.receive(Samples.value([], isCommand: true, isLast: false)) == .incomplete)
        while rest.readableBytes > size, let part = rest.readBytes(length: size) {
            #expect(try assembler.receive(Samples.value(part, isCommand: true, isLast: false)) == .incomplete)
        }
        #expect(!assembler.isIdle)
        let last = Samples.value(Array(rest.readableBytesView), isCommand: true)
        guard case .command(let assembled, dataSetFollows: true) = try assembler.receive(last) else {
            Issue.record("no command")
            return
        }
        #expect(try assembled.uint16(.messageID) == 7)
    }

    @Test("A data set is passed on as it arrives; of empty fragments only the last one")
    func dataSet() throws {
        var assembler = MessageAssembler()
        _ = try assembler.receive(Samples.value(Samples.storeCommand()))
        #expect(
            try assembler.receive(Samples.value([1, 2, 3], isLast: false))
                == .data(ByteBuffer(bytes: [1, 2, 3]), isLast: false))
        #expect(try assembler.receive(Samples.value([], isLast: false)) == .incomplete)
        #expect(try assembler.receive(Samples.value([])) == .data(ByteBuffer(), isLast: true))
        #expect(assembler.isIdle)
    }

    @Test("A command without a data set is a complete message")
    func noDataSet() throws {
        var assembler = MessageAssembler()
        let command = CEchoRequest(messageID: 1).commandSet()
        guard case .command(_, dataSetFollows: false) = try assembler.receive(Samples.value(command)) else {
            Issue.record("no command")
            return
        }
        #expect(assembler.isIdle)
    }

    @Test("A fragment out of order is an error")
    func outOfTurn() throws {
        var assembler = MessageAssembler()
        #expect(throws: MessageError.dataSetNotExpected) { try assembler.receive(Samples.value([1])) }

        _ = try assembler.receive(Samples.value([0, 0], isCommand: true, isLast: false))
        #expect(throws: MessageError.dataSetNotExpected) { try assembler.receive(Samples.value([1])) }
        #expect(throws: MessageError.contextChanged(from: 3, to: 1)) {
            try assembler.receive(Samples.value([0], context: 1, isCommand: true))
        }

        assembler = MessageAssembler()
        _ = try assembler.receive(Samples.value(Samples.storeCommand()))
        #expect(throws: MessageError.commandNotExpected) {
            try assembler.receive(Samples.value(Samples.storeCommand()))
        }
        #expect(throws: MessageError.contextChanged(from: 3, to: 5)) {
            try assembler.receive(Samples.value([1], context: 5))
        }
    }

    @Test("A command set longer than the limit is an error")
    func bounded() throws {
        var assembler = MessageAssembler(maximumCommandSetLength: 10)
        _ = try assembler.receive(Samples.value([UInt8](repeating: 0, count: 10), isCommand: true, isLast: false))
        #expect(throws: MessageError.commandSetLengthExceedsMaximum(length: 11, maximum: 10)) {
            try assembler.receive(Samples.value([0], isCommand: true))
        }
    }
}
