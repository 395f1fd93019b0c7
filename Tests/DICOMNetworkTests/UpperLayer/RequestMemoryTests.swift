// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DICOMNetwork

@Suite("Memory of an A-ASSOCIATE-RQ")
struct RequestMemoryTests {
    typealias State = AssociationStateMachine.State

    @Test(
        "Bytes count before the request is decoded, its length until it is decided on, and bytes left at the end",
        arguments: [
            (.sta2, false, 100, .tell(bytes: 100)), (.sta2, false, 0, .none), (.sta3, false, 100, .tell(bytes: 70)),
            (.sta3, true, 100, .tell(bytes: 170)), (.sta6, false, 100, .none), (.sta6, true, 100, .tell(bytes: 100)),
        ] as [(State, Bool, Int, RequestMemory.Action)])
    func bytes(state: State, inputHasEnded: Bool, capacity: Int, action: RequestMemory.Action) {
        var memory = RequestMemory()
        if state != .sta2 { memory.requestDecoded(length: 70) }
        #expect(memory.processed(in: state, inputHasEnded: inputHasEnded, capacity: capacity) == action)
        #expect(memory.processed(in: state, inputHasEnded: inputHasEnded, capacity: capacity) == .none, "told once")
    }

    @Test("After the association is accepted nothing is told, since the connection counts nothing for it")
    func accepted() {
        var memory = RequestMemory()
        memory.requestDecoded(length: 70)
        #expect(memory.processed(in: .sta3, inputHasEnded: false, capacity: 0) == .tell(bytes: 70))
        memory.becameAssociation()
        #expect(memory.processed(in: .sta6, inputHasEnded: false, capacity: 0) == .none)
    }
}
