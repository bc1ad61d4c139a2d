import CCurl

// Translates curl's result codes, once.
extension CurlTransfer {
    /// The error that a result code of curl means for this transfer.
    func failure(_ code: CURLcode) -> HTTPTransportError {
        if let refusal { return refusal }
        let reason = reason(code)
        var cause = unsafe String(cString: curl_easy_strerror(code))
        // These name a host, a port or a certificate; other messages may quote what a server sent.
        if [.cannotResolve, .cannotConnect, .tls].contains(reason), let message = handle?.lastMessage, message != "" {
            cause = message
        }
        return error(reason, cause)
    }

    private func reason(_ code: CURLcode) -> HTTPTransportError.Reason {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .cannotResolve
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .cannotConnect
        // The one time limit that curl is told of.
        case CURLE_OPERATION_TIMEDOUT: .timedOut(.connect)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            .connectionLost
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformed
        // HTTP/0.9 is reported as a protocol that is not supported.
        case CURLE_UNSUPPORTED_PROTOCOL:
            (handle?.number(CURLINFO_REQUEST_SIZE) ?? 0) > 0 ? .malformed : .invalidRequest
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .invalidRequest
        default: .failed
        }
    }
}
