import DICOM
import DICOMNetwork
import NIOCore

/// What bytes from outside reach first, a peer's or a document's: each takes any bytes, and must neither trap nor hold more than
/// its limits allow.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A stream of PDUs, and what is answered to a request among them.
    case pdus
    /// A command set, and every message that could be read from it.
    case commandSet
    /// A file.
    case part10
    /// The first byte names the transfer syntax, the rest is a data set.
    case dataSet
    /// A data set that is followed to its end, see `FuzzedWalk`.
    case walk
    /// What a load balancer puts first, byte by byte: no byte more may change what was judged.
    case proxyHeader
    /// What comes after an association was accepted.
    case association

    // Documents, see `FuzzedDocument`.

    case marker
    case lease
    case manifest
    /// The input of the functions that the state machine calls.
    case execution
    /// Of S3 or EventBridge, alone or in a queue's messages.
    case event
    /// HealthImaging's answer about a job.
    case job
    case jobOutput
    /// How long jobs have lately taken.
    case jobTimes
    /// Lines about single files.
    case results
    /// A page of S3's.
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
        case .proxyHeader: Self.decodeProxyHeader(bytes)
        case .association: FuzzedAssociation.run(bytes)
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
            return precondition(found == expected, "pieces are read differently")
        }
    }

    /// Whole, and in two halves, which must come to the same end.
    private static func read<Reader: HeaderReader>(
        _ bytes: UnsafeRawBufferPointer, _ makeReader: () throws -> Reader
    ) {
        guard var whole = try? makeReader(), var halves = try? makeReader() else { return }
        let half = bytes.count / 2
        let first = try? whole.feed(bytes)
        _ = try? halves.feed(UnsafeRawBufferPointer(rebasing: bytes[..<half]))
        let second = try? halves.feed(UnsafeRawBufferPointer(rebasing: bytes[half...]))
        if first == .complete { precondition(second == .complete, "halves are read differently") }
    }
}
