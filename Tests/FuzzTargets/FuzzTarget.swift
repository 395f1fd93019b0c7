// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// The code that reads bytes from outside first, from a peer or from a document. Each target accepts any bytes, and
/// must neither trap nor use more memory than its limits allow.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A stream of PDUs, and the answers to its A-ASSOCIATE-RQs.
    case pdus
    /// A command set, and every message that can be read from it.
    case commandSet
    /// A Part 10 file.
    case part10
    /// A data set: the first byte selects the transfer syntax, the rest is the data set.
    case dataSet
    /// A data set that is read to its end: see `FuzzedWalk`.
    case walk
    /// The data set of a request for storage commitment: see `FuzzedCommitment`.
    case commitment
    /// A load balancer's PROXY header, byte by byte: a further byte must not change the result.
    case proxyHeader
    /// The bytes that follow the acceptance of an association.
    case association
    /// What the peer of an association that we request sends.
    case requestor

    // Documents, see `FuzzedDocument`.

    case marker
    case lease
    case manifest
    /// The input of the functions that the state machine invokes.
    case execution
    /// An event of S3 or EventBridge, alone or in the messages of a queue.
    case event
    /// HealthImaging's description of an import job.
    case job
    case jobOutput
    /// The durations of recent jobs.
    case jobTimes
    /// Result lines about single files.
    case results
    /// A page of an S3 listing.
    case listing
    case s3URI

    package func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .pdus: Self.decodePDUs(bytes)
        case .commandSet: Self.decodeCommandSet(bytes)
        case .part10: Self.read(bytes) { Part10HeaderReader() }
        case .dataSet:
            guard let first = bytes.first else { return }
            let syntax = TransferSyntax.known[Int(first) % TransferSyntax.known.count]
            Self.read(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())) {
                try InstanceHeaderReader(transferSyntax: syntax)
            }
        case .walk: FuzzedWalk.run(bytes)
        case .commitment: FuzzedCommitment.run(bytes)
        case .proxyHeader: Self.decodeProxyHeader(bytes)
        case .association: FuzzedAssociation.run(bytes)
        case .requestor: FuzzedRequestor.run(bytes)
        case .marker: FuzzedDocument.marker(Array(bytes))
        case .lease: FuzzedDocument.lease(Array(bytes))
        case .manifest: FuzzedDocument.manifest(Array(bytes))
        case .execution: FuzzedDocument.execution(Array(bytes))
        case .event: FuzzedDocument.event(Array(bytes))
        case .job: FuzzedDocument.job(Array(bytes))
        case .jobOutput: FuzzedDocument.jobOutput(Array(bytes))
        case .jobTimes: FuzzedDocument.jobTimes(Array(bytes))
        case .results: FuzzedDocument.results(Array(bytes))
        case .listing: FuzzedDocument.listing(Array(bytes))
        case .s3URI: FuzzedDocument.s3URI(Array(bytes))
        }
    }

    private static func decodePDUs(_ bytes: UnsafeRawBufferPointer) {
        var buffer = ByteBuffer(bytes: bytes)
        var decoder = PDUDecoder()
        while let pdu = try? decoder.decode(buffer: &buffer) {
            guard case .associateRQ(let request) = pdu else { continue }
            var answer = ByteBuffer()
            PDUEncoder.encode(.associateAC(FuzzedAssociation.policy.negotiate(request).answer), into: &answer)
        }
    }

    private static func decodeCommandSet(_ bytes: UnsafeRawBufferPointer) {
        guard let command = try? CommandSet(decoding: ByteBuffer(bytes: bytes)) else { return }
        let context = AcceptedPresentationContext(
            id: 1, abstractSyntax: SOPClass.ctImageStorage, transferSyntax: .explicitVRLittleEndian)
        if let request = try? CStoreRequest(command, on: context) { _ = request.commandSet().encoded() }
        if let response = try? CStoreResponse(command) { _ = response.commandSet().encoded() }
        if let request = try? NActionRequest(command, on: context) { _ = request.commandSet().encoded() }
        if let request = try? CEchoRequest(command) { _ = request.commandSet().encoded() }
        let refusal = RequestRefusal(of: command, as: .cStoreRQ, status: .mistypedArgument, reason: "?")
        if let response = try? DIMSEResponse(refusing: command, on: 1, for: refusal) {
            _ = response.commandSet.encoded()
        }
    }

    private static func decodeProxyHeader(_ bytes: UnsafeRawBufferPointer) {
        var whole = ByteBuffer(bytes: bytes)
        let expected = Result { () throws(ProxyHeaderError) in try ProxyHeader.decode(from: &whole) }
        var pieces = ByteBuffer()
        for byte in bytes {
            pieces.writeInteger(byte)
            let found = Result { () throws(ProxyHeaderError) in try ProxyHeader.decode(from: &pieces) }
            if case .success(nil) = found { continue }
            return precondition(found == expected, "the header gives another result when it arrives byte by byte")
        }
    }

    /// Reads the bytes as a whole and in two halves, with the same result.
    private static func read<Reader: HeaderReader>(
        _ bytes: UnsafeRawBufferPointer, _ makeReader: () throws -> Reader
    ) {
        guard var whole = try? makeReader(), var halves = try? makeReader() else { return }
        let half = bytes.count / 2
        let first = try? whole.feed(bytes)
        _ = try? halves.feed(UnsafeRawBufferPointer(rebasing: bytes[..<half]))
        let second = try? halves.feed(UnsafeRawBufferPointer(rebasing: bytes[half...]))
        if first == .complete {
            precondition(second == .complete, "the bytes give another result when they arrive in two halves")
        }
    }
}
