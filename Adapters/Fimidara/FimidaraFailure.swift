import HTTPTransport
import LogIngestion
import SdkProvisioning

/// Why a call to fimidara brought no answer that we can use.
struct FimidaraFailure: Error, Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        /// No answer, or one with a server's failure (5xx) or in no readable form.
        case unavailable
        /// No answer in time, although the server answered others.
        case late
        /// 429, or 503 with a time to wait.
        case throttled(retryAfter: Duration?)
        /// 401: unknown, deleted or expired token; the server does not tell these apart.
        case unauthenticated
        /// 403.
        case forbidden
        /// 404 by a handler, not by the router: the thing that was named is not there.
        case notFound
        /// 409.
        case conflict
        /// 416 with the size that the file has.
        case rangeBeyondEnd(size: Int64)
        /// Any other refusal, or an answer that no fimidara gives.
        case rejected
    }

    let reason: Reason
    let detail: String
    /// Whether it is one of the 500s that hide another cause, since the server's internal queue loses errors' kinds.
    var isOpaque = false
    /// Whether the time for the call is over, or the server is known to be silent: to try again at once is of no use.
    var isWithoutAnswer = false
    /// Whether it is a 404 because no workspace has the root name that the path begins with.
    var isAboutWorkspace = false

    init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// The words that name what our credential lacks; empty when nothing is known of it.
    static func lack(of rights: [StorageRight]) -> String {
        guard !rights.isEmpty else { return "" }
        return "; fimidara.auth_token lacks the right \(rights.map(\.rawValue).joined(separator: " or "))"
    }

    /// Whether the same call may succeed later.
    var isWorthRetrying: Bool {
        switch reason {
        case .unavailable, .late, .throttled: true
        default: false
        }
    }

    /// How long the server asks to wait.
    var askedWait: Duration? {
        guard case .throttled(let wait) = reason else { return nil }
        return wait
    }
}

extension StorageError {
    /// The failure as the provisioning port has it.
    init(_ failure: FimidaraFailure) {
        let reason: Reason =
            switch failure.reason {
            case .unavailable, .late: .unavailable
            case .throttled(let wait): .throttled(retryAfter: wait)
            case .unauthenticated: .unauthenticated
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .rejected, .rangeBeyondEnd: .rejected
            }
        self.init(reason, detail: failure.detail)
    }
}

extension SourceError {
    /// The failure as the port of sources has it; `.notFound` is `.gone` there.
    init(_ failure: FimidaraFailure) {
        let reason: Reason =
            switch failure.reason {
            case .unavailable: .unavailable
            case .late: .late
            case .throttled(let wait): .throttled(retryAfter: wait)
            case .unauthenticated: .unauthenticated
            case .forbidden: .forbidden
            case .notFound: .gone
            case .conflict, .rejected, .rangeBeyondEnd: .rejected
            }
        self.init(reason, detail: failure.detail)
    }
}
