internal import BlockingExecutor
internal import HostLookup

/// Hosts whose names curl was still looking up when it was given up.
///
/// The thread that curl looks a name up on is in the system's resolver, and stays there for as long as that has no answer.
/// With each further request there would be another one. So the name is looked up here first, by one thread for all
/// requests, until there is an answer again.
final class LostLookups: Sendable {
    /// How many names may be looked up at the same time.
    private static let limit = 8

    private let lookup: HostLookup
    private let hosts = Locked<Set<String>>([])

    /// - Parameter lookup: looks names up.
    init(_ lookup: HostLookup) { self.lookup = lookup }

    /// Notes that a request was given up while curl may have been looking a name up.
    func note(_ host: String) { hosts.withLock { _ = $0.insert(host) } }

    /// Waits until the name of a request's host has an answer, unless none was missed before.
    func clear(the request: HTTPRequest) async throws(HTTPTransportError) {
        let host = request.host
        guard hosts.withLock({ $0.contains(host) }) else { return }
        do throws(HostLookup.Failure) {
            _ = try await lookup.addresses(of: host, within: request.timeouts.connect, limit: LostLookups.limit)
            hosts.withLock { _ = $0.remove(host) }
        } catch {
            let reason: HTTPTransportError.Reason
            switch error {
            case .interrupted: reason = .cancelled
            case .late, .tooMany, .noDescriptor, .noThread: reason = .timedOut(.connect)
            case .unknown:
                reason = .cannotResolve
                hosts.withLock { _ = $0.remove(host) }
            }
            throw HTTPTransportError(reason, detail: "\(request): \(error)", mayHaveReachedServer: false)
        }
    }
}

extension HTTPRequest {
    /// The host alone, as the URL has it.
    var host: String {
        let authority = origin.split(separator: "/").last ?? ""
        guard !authority.hasPrefix("[") else { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
