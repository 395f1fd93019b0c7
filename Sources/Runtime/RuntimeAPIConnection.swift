// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc
import HTTP

/// A persistent connection to the Runtime API. libcurl connects, sends and receives bytes; the HTTP messages are
/// written and parsed here.
///
/// An invocation consists of two exchanges, which always have the same form. libcurl's own HTTP would take more than a
/// third of an invocation's instructions (`docs/decisions/0004`).
final class RuntimeAPIConnection {
    /// The value of `AWS_LAMBDA_RUNTIME_API`: host and port.
    let address: String
    private var curl: CurlHandle?
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    init(address: String) {
        self.address = address
    }

    deinit {
        buffer.deallocate()
    }

    /// Sends a request and waits for its response; without a time limit if `timeout` is `nil`. If the server has closed
    /// the kept connection, the request is sent again on a new one.
    func exchange(_ request: [UInt8], timeout: Duration?) throws(TransferError) -> ResponseParser {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        if curl != nil {
            do {
                return try sendAndReceive(request, until: deadline)
            } catch TransferError.closedBeforeResponse {
                // The server probably closed the connection before it received the request.
            }
        }
        return try sendAndReceive(request, until: deadline)
    }

    private func sendAndReceive(
        _ request: [UInt8], until deadline: ContinuousClock.Instant?
    ) throws(TransferError) -> ResponseParser {
        do throws(TransferError) {
            try sendAll(request, until: deadline)
        } catch TransferError.closedBeforeResponse {
            // The server refuses an answer that is too large before it has received all of it: read its response.
        } catch {
            curl = nil
            throw error
        }
        do throws(TransferError) {
            let response = try receiveResponse(until: deadline)
            if !response.keepsConnection { curl = nil }
            return response
        } catch {
            curl = nil
            throw error
        }
    }

    private func sendAll(_ bytes: [UInt8], until deadline: ContinuousClock.Instant?) throws(TransferError) {
        let curl = try connected()
        var sent = 0
        while sent < bytes.count {
            var count = 0
            let result = bytes.withUnsafeBytes { bytes in
                curl_easy_send(curl.pointer, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, &count)
            }
            switch result {
            case CURLE_OK: sent += count
            case CURLE_AGAIN: try wait(for: POLLOUT, of: curl, until: deadline)
            default: throw TransferError.closedBeforeResponse
            }
        }
    }

    private func receiveResponse(until deadline: ContinuousClock.Instant?) throws(TransferError) -> ResponseParser {
        let curl = try connected()
        var response = ResponseParser()
        while !response.isComplete {
            try wait(for: POLLIN, of: curl, until: deadline)
            var count = 0
            let result = curl_easy_recv(curl.pointer, buffer.baseAddress, buffer.count, &count)
            if result == CURLE_AGAIN { continue }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(result == CURLE_OK ? count : 0)])
            guard !bytes.isEmpty || !response.isUntouched else { throw TransferError.closedBeforeResponse }
            guard result == CURLE_OK else { throw .broken(code: result.rawValue) }
            do throws(ResponseParser.Problem) {
                if bytes.isEmpty { try response.finish() } else { try response.feed(bytes) }
            } catch {
                throw .responseUnreadable(error)
            }
        }
        return response
    }

    private func connected() throws(TransferError) -> CurlHandle {
        if let curl { return curl }
        let curl = CurlHandle()
        curl.setDefaults()
        curl.set(CURLOPT_URL, "http://\(address)")
        curl.set(CURLOPT_PROXY, "")
        curl.set(CURLOPT_CONNECT_ONLY, 1)
        curl.set(CURLOPT_BUFFERSIZE, buffer.count)
        let result = curl.perform()
        guard result == CURLE_OK else { throw .notConnected(code: result.rawValue) }
        self.curl = curl
        return curl
    }

    private func wait(
        for events: Int32, of curl: CurlHandle, until deadline: ContinuousClock.Instant?
    ) throws(TransferError) {
        var entry = pollfd(fd: ccurl_active_socket(curl.pointer), events: Int16(events), revents: 0)
        guard entry.fd >= 0 else { throw .closedBeforeResponse }
        while true {
            let milliseconds = deadline.map { max(0, Int32((ContinuousClock.now.duration(to: $0)) / .milliseconds(1))) }
            let count = poll(&entry, 1, milliseconds ?? -1)
            if count > 0 { return }
            if count == 0 { throw .timedOut }
            guard errno == EINTR else { throw .closedBeforeResponse }
        }
    }
}
