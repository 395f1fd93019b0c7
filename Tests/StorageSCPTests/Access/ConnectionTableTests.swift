// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import StorageSCP

@Suite("Connection table")
struct ConnectionTableTests {
    private final class Connection {}

    private final class Crowd {
        var table = ConnectionTable(limits: ConnectionTable.Limits(connections: 4, requestBytes: 100))
        private var connections: [Connection] = []

        func id(_ index: Int) -> ObjectIdentifier { ObjectIdentifier(connections[index]) }

        /// Returns the numbers of the connections that have to close.
        func open(_ address: String?) -> [Int] {
            connections.append(Connection())
            return numbers(table.opened(id(connections.count - 1), from: address))
        }

        func hold(_ bytes: Int, _ index: Int) -> [Int] { numbers(table.requestHolds(bytes, of: id(index))) }

        private func numbers(_ ids: [ObjectIdentifier]) -> [Int] {
            ids.compactMap { id in connections.firstIndex { ObjectIdentifier($0) == id } }
        }
    }

    @Test("A connection above the limit closes the oldest one of the peer with most")
    func displacement() {
        let crowd = Crowd()
        for address in ["b", "a", "a", "a"] { #expect(crowd.open(address) == []) }
        #expect(crowd.open("c") == [1])
        #expect(crowd.open("c") == [2])
        #expect(crowd.table.count == 4)
    }

    @Test("The only peer displaces its own oldest connection")
    func own() {
        let crowd = Crowd()
        for _ in 0..<4 { #expect(crowd.open("a") == []) }
        crowd.table.closed(crowd.id(0))
        #expect(crowd.open("a") == [])
        #expect(crowd.open("a") == [1])
    }

    @Test("Connections that open and close while others stay leave nothing in the table")
    func comeAndGo() {
        let crowd = Crowd()
        for _ in 0..<2 { #expect(crowd.open("a") == []) }
        for number in 2..<1000 {
            #expect(crowd.open("a") == [])
            if number.isMultiple(of: 2) {
                crowd.table.closed(crowd.id(number))
            } else {
                crowd.table.becameAssociation(crowd.id(number))
                crowd.table.closed(crowd.id(number))
            }
        }
        #expect(crowd.table.count == 2)
        for _ in 0..<2 { #expect(crowd.open("a") == []) }
        #expect(crowd.open("b") == [0])
        #expect(crowd.open("b") == [1])
    }

    @Test("An association is not displaced; if all are associations, the new connection closes")
    func associations() {
        let crowd = Crowd()
        for index in 0..<4 {
            #expect(crowd.open("a") == [])
            crowd.table.becameAssociation(crowd.id(index))
        }
        #expect(crowd.open("b") == [4])
        crowd.table.closed(crowd.id(0))
        #expect(crowd.open("b") == [])
    }

    @Test("A connection from a load balancer counts for the peer in its PROXY header")
    func proxied() {
        let crowd = Crowd()
        for _ in 0..<4 { #expect(crowd.open("balancer") == []) }
        for (index, address) in ["b", "a", "a", "a"].enumerated() {
            crowd.table.peerIsKnown(address, of: crowd.id(index))
        }
        #expect(crowd.open("balancer") == [1])
    }

    @Test("At the byte limit of incomplete requests, the largest request of the peer with most bytes is closed")
    func requestBytes() {
        let crowd = Crowd()
        for address in ["a", "a", "b", "c"] { #expect(crowd.open(address) == []) }
        #expect(crowd.hold(30, 0) == [])
        #expect(crowd.hold(25, 1) == [])
        #expect(crowd.hold(40, 2) == [])
        #expect(crowd.hold(10, 3) == [0])
        #expect(crowd.table.requestBytes == 75)
        // A complete request holds nothing.
        #expect(crowd.hold(0, 2) == [])
        #expect(crowd.table.requestBytes == 35)
        crowd.table.closed(crowd.id(3))
        crowd.table.becameAssociation(crowd.id(1))
        #expect(crowd.table.requestBytes == 0)
    }

    @Test("An association with bytes left by its peer counts like a request until they are processed")
    func halfClosed() {
        let crowd = Crowd()
        for address in ["a", "b", "b"] { #expect(crowd.open(address) == []) }
        for index in 0..<2 { crowd.table.becameAssociation(crowd.id(index)) }
        #expect(crowd.hold(60, 0) == [])
        #expect(crowd.hold(30, 1) == [])
        #expect(crowd.hold(20, 2) == [0])
        #expect(crowd.table.requestBytes == 50)
        #expect(crowd.hold(0, 1) == [])
        #expect(crowd.table.requestBytes == 20)
        for _ in 0..<2 { #expect(crowd.open("c") == []) }
        // The association of b can no longer be displaced.
        #expect(crowd.open("c") == [3])
        #expect(crowd.open("d") == [4])
    }

    @Test("The bytes of a connection count for the peer in its PROXY header")
    func requestBytesOfProxied() {
        let crowd = Crowd()
        for _ in 0..<3 { #expect(crowd.open("balancer") == []) }
        #expect(crowd.hold(40, 0) == [])
        crowd.table.peerIsKnown("a", of: crowd.id(0))
        #expect(crowd.hold(30, 1) == [])
        crowd.table.peerIsKnown("a", of: crowd.id(1))
        #expect(crowd.hold(60, 2) == [0])
    }
}
