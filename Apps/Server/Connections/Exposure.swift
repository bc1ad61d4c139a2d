import Composition
import Logging

extension Settings.Listener {
    /// Whether only programs of this machine can reach the listener.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// Says so when credentials would go over a network as they are: we speak no TLS.
    func warnOfExposure(_ name: String, _ logger: Logger) {
        guard !isLoopback else { return }
        logger.warning(
            "\(name) can be reached from other machines, without TLS: put a proxy with TLS in front of it",
            metadata: ["host": "\(host)", "see": "Docs/Operations.md"])
    }
}
