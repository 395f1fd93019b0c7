// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Sends requests over one libcurl easy handle, one after another. Use it on one thread at a time.
final class EasyHandle {
    private let curl = CurlHandle()
    private var requestHeaders: UnsafeMutablePointer<curl_slist>?
    private var exchange = Exchange()

    var pointer: UnsafeMutableRawPointer { curl.pointer }

    /// The data that the callbacks read and write during a transfer.
    private struct Exchange {
        var body: any HTTPBody = [UInt8]()
        var bodyOffset = 0
        var responseHeaders = HTTPHeaders()
        var responseBody: [UInt8] = []
        var maximumResponseBytes = 0
        var responseIsTooLarge = false
    }

    deinit {
        curl_slist_free_all(requestHeaders)
    }

    /// Sets all options for the request. Options of an earlier request are reset; its connection is kept.
    func prepare(_ request: HTTPRequest) {
        curl_easy_reset(pointer)
        exchange = Exchange(body: request.body, maximumResponseBytes: request.maximumResponseBytes)

        curl.setDefaults()
        curl.set(CURLOPT_PATH_AS_IS, 1)
        curl.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Responses to uploads are short, and there can be many uploads at once.
        curl.set(CURLOPT_BUFFERSIZE, request.body.count > 0 ? 16 << 10 : 128 << 10)
        if let timeout = request.timeout {
            let (seconds, attoseconds) = timeout.components
            curl.set(CURLOPT_TIMEOUT_MS, max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)))
        }
        curl.set(CURLOPT_URL, request.url)
        if request.bypassesProxy { curl.set(CURLOPT_PROXY, "") }
        if let bundle = CertificateAuthorities.bundle { curl.set(CURLOPT_CAINFO, bundle) }
        prepareMethod(request)
        prepareHeaders(request)
        prepareCallbacks()
    }

    /// The response of a transfer that ended with this result.
    func response(_ result: CURLcode) throws(HTTPError) -> HTTPResponse {
        // An idle handle must not keep the bodies in memory.
        defer { exchange = Exchange() }
        guard !exchange.responseIsTooLarge else {
            throw .responseTooLarge(maximum: exchange.maximumResponseBytes)
        }
        guard result == CURLE_OK else { throw HTTPError(code: result) }
        return HTTPResponse(
            status: ccurl_response_code(pointer), headers: exchange.responseHeaders, body: exchange.responseBody)
    }

    /// Releases the data of a transfer that was not completed.
    func abandon() {
        exchange = Exchange()
    }

    private func prepareMethod(_ request: HTTPRequest) {
        switch request.method {
        case "GET": curl.set(CURLOPT_HTTPGET, 1)
        case "HEAD": curl.set(CURLOPT_NOBODY, 1)
        case "DELETE": curl.set(CURLOPT_CUSTOMREQUEST, request.method)
        default:
            curl.set(CURLOPT_UPLOAD, 1)
            // libcurl allocates this buffer for each transfer. With the largest, a CT image of 512 × 512 is sent in two
            // pieces.
            curl.set(CURLOPT_UPLOAD_BUFFERSIZE, min(max(16 << 10, request.body.count), 272 << 10))
            curl.set(CURLOPT_CUSTOMREQUEST, request.method)
            _ = ccurl_set_offset(pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count))
        }
    }

    private func prepareHeaders(_ request: HTTPRequest) {
        curl_slist_free_all(requestHeaders)
        requestHeaders = nil
        // An empty value removes a header that libcurl adds by default. Waiting for "100 Continue" would cost a second.
        append(header: "Expect:")
        append(header: "Accept:")
        for field in request.headers.fields {
            // libcurl takes "Name:" as a removal; "Name;" sends the field with an empty value.
            append(header: field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        curl.set(CURLOPT_HTTPHEADER, requestHeaders)
    }

    private func append(header: String) {
        requestHeaders = curl_slist_append(requestHeaders, header)
    }

    private func prepareCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        curl.set(CURLOPT_PRIVATE, context)
        curl.set(CURLOPT_READDATA, context)
        curl.set(CURLOPT_WRITEDATA, context)
        curl.set(CURLOPT_HEADERDATA, context)
        curl.set(CURLOPT_SEEKDATA, context)
        _ = ccurl_set_data_callback(pointer, CURLOPT_READFUNCTION) { data, size, count, context in
            guard let data else { return 0 }
            return EasyHandle.from(context).read(into: UnsafeMutableRawBufferPointer(start: data, count: size * count))
        }
        _ = ccurl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            EasyHandle.from(context).received(UnsafeRawBufferPointer(start: data, count: size * count))
        }
        _ = ccurl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            EasyHandle.from(context).receivedHeader(UnsafeRawBufferPointer(start: data, count: size * count))
        }
        _ = ccurl_set_seek_callback(pointer) { context, offset, origin in
            EasyHandle.from(context).seek(to: Int(offset), origin: origin)
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> EasyHandle {
        guard let context else { fatalError("libcurl lost the context that was set with the callback") }
        return Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = exchange.body.copyBytes(from: exchange.bodyOffset, into: buffer)
        exchange.bodyOffset += count
        return count
    }

    /// libcurl calls this to send the body again on a new connection, after the server has closed the reused one.
    private func seek(to offset: Int, origin: Int32) -> Int32 {
        guard origin == SEEK_SET, (0...exchange.body.count).contains(offset) else { return CURL_SEEKFUNC_FAIL }
        exchange.bodyOffset = offset
        return CURL_SEEKFUNC_OK
    }

    private func received(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard exchange.responseBody.count + bytes.count <= exchange.maximumResponseBytes else {
            exchange.responseIsTooLarge = true
            return 0
        }
        exchange.responseBody.append(contentsOf: bytes)
        return bytes.count
    }

    private func receivedHeader(_ line: UnsafeRawBufferPointer) -> Int {
        if line.starts(with: "HTTP/".utf8) {
            exchange.responseHeaders = HTTPHeaders()  // the headers so far belong to an interim response (1xx)
        } else if let field = HeaderField(line: line) {
            exchange.responseHeaders.append(
                name: String(decoding: field.name, as: UTF8.self), value: String(decoding: field.value, as: UTF8.self))
        }
        return line.count
    }
}
