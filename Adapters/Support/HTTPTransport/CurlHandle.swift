import CCurl

/// Owns one curl easy handle with the header list and the message buffer that it points to.
@safe final class CurlHandle {
    let raw: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init() throws(HTTPTransportError) {
        guard let raw = unsafe curl_easy_init() else { throw CurlHandle.failure("no memory for a curl handle") }
        unsafe self.raw = raw
        unsafe message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe logferry_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, message)
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe curl_slist_free_all(headerList)
        unsafe message.deallocate()
    }

    /// What curl says about a failure beyond its code; may name host and port, never a header.
    var lastMessage: String { unsafe String(cString: message) }

    func set(_ option: CURLoption, _ number: Int) throws(HTTPTransportError) {
        try check(unsafe logferry_easy_set_long(raw, option, number))
    }

    func set(_ option: CURLoption, _ text: String) throws(HTTPTransportError) {
        try check(unsafe logferry_easy_set_string(raw, option, text))
    }

    /// Sets a pointer that the caller keeps valid for the life of the handle.
    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) throws(HTTPTransportError) {
        try check(unsafe logferry_easy_set_pointer(raw, option, pointer))
    }

    /// Gives the handle its own copy of a body, which it can send again from the start.
    func setBody(_ bytes: [UInt8]) throws(HTTPTransportError) {
        try check(unsafe logferry_easy_set_off(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        let code = unsafe bytes.withUnsafeBytes { bytes in
            // An empty array may have no address, and curl reads a null as "use the read callback".
            if let start = bytes.baseAddress {
                unsafe logferry_easy_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, start)
            } else {
                unsafe logferry_easy_set_string(raw, CURLOPT_COPYPOSTFIELDS, "")
            }
        }
        try check(code)
    }

    /// Sets header lines in place of those set before.
    func setHeaders(_ lines: [String]) throws(HTTPTransportError) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(headerList, line) else {
                throw CurlHandle.failure("no memory for a header")
            }
            unsafe headerList = longer
        }
        try check(unsafe logferry_easy_set_pointer(raw, CURLOPT_HTTPHEADER, headerList))
    }

    /// A figure about the transfer so far; 0 when curl does not know it.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe logferry_easy_get_long(raw, info, &value)
        return value
    }

    /// A size or a time in microseconds; 0 when curl does not know it.
    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        unsafe logferry_easy_get_off(raw, info, &value)
        return Int64(value)
    }

    private func check(_ code: CURLcode) throws(HTTPTransportError) {
        guard code != CURLE_OK else { return }
        throw CurlHandle.failure("curl refuses an option: \(unsafe String(cString: curl_easy_strerror(code)))")
    }

    private static func failure(_ detail: String) -> HTTPTransportError {
        HTTPTransportError(.failed, detail: detail, mayHaveReachedServer: false)
    }
}
