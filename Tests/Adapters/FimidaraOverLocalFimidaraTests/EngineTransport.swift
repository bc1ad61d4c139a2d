import HTTPTransport
import LocalFimidaraAdapter

/// Carries requests straight into a file store's engine: everything but the sockets.
struct EngineTransport: HTTPTransport {
    let engine: LocalFimidara

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let rest = request.url.dropFirst("http://engine".count)
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var fields = request.headers.fields.map { (name: $0.name, value: $0.value) }
        if let body = request.body { fields.append((name: "content-length", value: String(body.count))) }
        let call = StorageRequest(
            method: request.method.name, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            headers: StorageHeaders(fields), body: StorageBody(bytes: request.body ?? []))
        do {
            let response = try await engine.respond(to: call)
            var headers: HTTPHeaders = [:]
            for (name, value) in response.headers { headers.add(name, value) }
            return HTTPResponse(status: response.status, headers: headers, bytes: try await bytes(of: response))
        } catch {
            throw HTTPTransportError(
                .connectionLost, detail: "the engine cut the connection", mayHaveReachedServer: true)
        }
    }

    private func bytes(of response: StorageResponse) async throws -> [UInt8] {
        switch response.body {
        case .bytes(let bytes): return bytes
        case .chunks(let chunks):
            var all: [UInt8] = []
            for try await chunk in chunks { all += chunk }
            return all
        }
    }
}
