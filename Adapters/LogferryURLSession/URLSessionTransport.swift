import Foundation
public import Logferry
import LogferryPlatform

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Carries the SDK's requests over Foundation's `URLSession`.
///
/// The session is ephemeral and has no cookies, no cache and no stored credentials; redirects are not followed, since
/// they would carry the token to wherever they point. At most 64 KiB of an answer are handed on.
public final class URLSessionTransport: SdkTransport {
    private let session: URLSession
    private let redirects = RedirectRefusal()

    /// Makes a session of its own.
    public init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpMaximumConnectionsPerHost = 2
        session = URLSession(configuration: configuration, delegate: redirects, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// Sends a request once and waits for the answer, at most as long as the request says.
    public func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        guard let url = URL(string: request.url) else {
            throw SdkTransportError(mayHaveArrived: false, description: "the address is none")
        }
        guard !Task.isCancelled else {
            throw SdkTransportError(mayHaveArrived: false, description: "cancelled")
        }
        var message = URLRequest(url: url)
        message.httpMethod = "POST"
        message.httpBody = Data(request.body)
        message.timeoutInterval = max(0.001, request.timeout / .seconds(1))
        for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
        // On a connection that is used again the library may repeat a request by itself when the server has just closed
        // it. A fresh one per batch costs little at one batch a second.
        message.setValue("close", forHTTPHeaderField: "Connection")
        let exchange = Exchange()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.begin(session, message, timeout: request.timeout, continuation)
            }
        } onCancel: {
            exchange.end(because: "cancelled")
        }
        return try outcome.get()
    }
}

/// One request and whoever waits for its answer; the answer, the deadline and the cancellation race, and one wins.
private final class Exchange: Sendable {
    typealias Outcome = Result<SdkResponse, SdkTransportError>

    private struct State {
        var continuation: CheckedContinuation<Outcome, Never>?
        var task: URLSessionDataTask?
        var endedEarly: String?
    }

    private let state = MutexGuarded(State())

    func begin(
        _ session: URLSession, _ message: URLRequest, timeout: Duration,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) {
        let task = session.dataTask(with: message) { data, response, error in
            self.finish(outcomeOf(data, response, error))
        }
        let early = state.withLock { state -> String? in
            if state.endedEarly == nil {
                state.continuation = continuation
                state.task = task
            }
            return state.endedEarly
        }
        if let early {
            task.cancel()
            return continuation.resume(
                returning: .failure(SdkTransportError(mayHaveArrived: false, description: early)))
        }
        task.resume()
        // URLSession's own timeout starts anew with each piece that moves; this one does not.
        DispatchQueue.global().asyncAfter(deadline: .now() + timeout / .seconds(1)) { [weak self] in
            self?.end(because: "no answer in time")
        }
    }

    /// Gives the request up: it may have arrived.
    func end(because reason: String) {
        let (continuation, task) = state.withLock { state in
            state.endedEarly = reason
            defer { state.continuation = nil }
            return (state.continuation, state.task)
        }
        task?.cancel()
        continuation?.resume(returning: .failure(SdkTransportError(mayHaveArrived: true, description: reason)))
    }

    private func finish(_ outcome: Outcome) {
        let continuation = state.withLock { state in
            defer {
                state.continuation = nil
                state.task = nil
            }
            return state.continuation
        }
        continuation?.resume(returning: outcome)
    }
}

private func outcomeOf(_ data: Data?, _ response: URLResponse?, _ error: (any Error)?) -> Exchange.Outcome {
    if let answer = response as? HTTPURLResponse, error == nil {
        let headers = answer.allHeaderFields.compactMap { name, value -> (name: String, value: String)? in
            guard let name = name as? String, let value = value as? String else { return nil }
            return (name, value)
        }
        return .success(
            SdkResponse(status: answer.statusCode, headers: headers, body: Array((data ?? Data()).prefix(64 << 10))))
    }
    let code = (error as? URLError)?.code
    return .failure(
        SdkTransportError(mayHaveArrived: !neverLeft(code), description: words(for: code)))
}

/// Whether the reason says that no connection was made, so that nothing can have been sent.
private func neverLeft(_ code: URLError.Code?) -> Bool {
    switch code {
    case .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .badURL, .unsupportedURL, .notConnectedToInternet,
        .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
        .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
        true
    default:
        false
    }
}

private func words(for code: URLError.Code?) -> String {
    switch code {
    case .cannotFindHost, .dnsLookupFailed: "the host is unknown"
    case .cannotConnectToHost: "the connection was refused"
    case .notConnectedToInternet: "there is no network"
    case .networkConnectionLost: "the connection was lost"
    case .timedOut: "no answer in time"
    case .secureConnectionFailed: "TLS failed"
    case .badURL, .unsupportedURL: "the address is none"
    case .cancelled: "cancelled"
    case .some(let code): "the transfer failed (\(code.rawValue))"
    case nil: "the transfer failed"
    }
}

/// Hands redirects back as answers.
private final class RedirectRefusal: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
