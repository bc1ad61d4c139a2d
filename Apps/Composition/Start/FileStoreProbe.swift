import HTTPTransport
import LogModel

/// Asks whether a file store is there, without a credential: whoever answers may be anybody.
struct FileStoreProbe: Sendable {
    private let place: FileStore.Place

    init(_ place: FileStore.Place) { self.place = place }

    /// What came of it.
    ///
    /// A file store refuses a call without a credential in its own form: an object with the member `errors`.
    func findings() async -> [CheckFinding] {
        let request = HTTPRequest(
            .post, place.serverURL + "/v1/agentTokens/getToken", headers: ["Content-Type": "application/json"],
            body: Array("{}".utf8),
            timeouts: HTTPTimeouts(connect: .seconds(5), idle: .seconds(5), total: .seconds(10)))
        let status: Int
        let text: String
        do {
            let response = try await place.transport.send(request)
            status = response.status
            text = String(decoding: try await response.body.collect(upTo: 64 << 10), as: UTF8.self)
        } catch {
            return [CheckFinding(.error, "file store", words(error))]
        }
        guard (400..<500).contains(status), text.contains("\"errors\"") else {
            return [
                CheckFinding(
                    .error, "file store",
                    "what answers at fimidara.server_url is no file store (status \(status)): correct the URL")
            ]
        }
        return [CheckFinding(.fine, "file store", "answers")]
    }

    /// Why there was no answer, and what to do about it.
    private func words(_ error: HTTPTransportError) -> String {
        guard place.serverURL == EmbeddedStoreTransport.serverURL else {
            return "fimidara.server_url cannot be reached (\(error.detail)): check the URL, and that the file store "
                + "runs"
        }
        switch error.reason {
        // What is to be done about these, the transport's own words say.
        case .cannotConnect, .refusedAddress: return error.detail
        default:
            return "the embedded file store does not answer (\(error.detail)): look whether the \"logferry files\" or "
                + "\"logferry dev\" that runs with this data folder (data.dir) is stopped, or its disk hangs"
        }
    }
}
