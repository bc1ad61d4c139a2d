import CCurl

// The one place that says what of curl's many abilities is on.
extension CurlHandle {
    /// curl's own read buffer, and so the largest single write to ours.
    private static let readBufferSize = 256 << 10

    /// Sets the handle up for a request that the rules have passed.
    func configure(_ request: HTTPRequest, _ settings: CurlSettings) throws(HTTPTransportError) {
        try restrict(settings)
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, CurlHandle.milliseconds(request.timeouts.connect))
        try set(CURLOPT_FRESH_CONNECT, request.isRepeatable ? 0 : 1)
        try set(CURLOPT_USERAGENT, settings.userAgent)
        try setMethod(request)
        try setHeaders(headerLines(request))
    }

    private func restrict(_ settings: CurlSettings) throws(HTTPTransportError) {
        try set(CURLOPT_NOSIGNAL, 1)
        // A look-up that hangs in the C library must not hold up the loop when its transfer is cancelled.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // HTTP/2 windows in curl are 32 MiB, and one paused stream would hold up its siblings.
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_NETRC, 0)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = settings.certificateAuthorities { try set(CURLOPT_CAINFO, file) }
        if let path = settings.socketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_BUFFERSIZE, CurlHandle.readBufferSize)
        try set(CURLOPT_MAXAGE_CONN, max(1, Int(settings.idleConnectionLifetime.components.seconds)))
        // Calls the progress function, which is how bytes on their way out count as activity.
        try set(CURLOPT_NOPROGRESS, 0)
    }

    private func setMethod(_ request: HTTPRequest) throws(HTTPTransportError) {
        switch request.method {
        case .get where request.body == nil: try set(CURLOPT_HTTPGET, 1)
        case .head: try set(CURLOPT_NOBODY, 1)
        case .delete where request.body == nil: try set(CURLOPT_CUSTOMREQUEST, request.method.name)
        default:
            try set(CURLOPT_POST, 1)
            try setBody(request.body ?? [])
            if request.method != .post { try set(CURLOPT_CUSTOMREQUEST, request.method.name) }
        }
    }

    private func headerLines(_ request: HTTPRequest) -> [String] {
        // `Name;` is how curl is told to send a field without a value.
        var lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        // `Name:` takes a field away that curl would add: the wait for 100 Continue, and the type of a web form.
        lines.append("Expect:")
        if !request.headers.contains("Content-Type") { lines.append("Content-Type:") }
        if !request.headers.contains("Accept") { lines.append("Accept: */*") }
        return lines
    }

    /// Whole milliseconds, at least one since curl reads 0 as its default of five minutes.
    private static func milliseconds(_ span: Duration) -> Int {
        let (seconds, attoseconds) = span.components
        let clamped = min(max(seconds, 0), 1_000_000)
        return max(1, Int(clamped) * 1000 + Int(max(0, attoseconds) / 1_000_000_000_000_000))
    }
}
