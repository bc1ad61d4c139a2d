extension [Faults.Fault] {
    /// The request as the faults leave it.
    func befall(_ request: StorageRequest, _ route: Route) async throws -> StorageRequest {
        for fault in self {
            switch fault {
            case .delay(let duration): try await Task.sleep(for: duration)
            case .stall: try await Task.sleep(for: .seconds(86_400))
            case .expireToken: throw StorageFailure.invalidCredentials
            case .refuseAppend where request.isAppend: throw StorageFailure.appendUnsupported
            default: break
            }
        }
        guard route.endpoint == .uploadFile, let limit = cutLimit else { return request }
        return StorageRequest(
            method: request.method, path: request.path, query: request.query, headers: request.headers,
            body: request.body.cut(afterBytes: limit))
    }

    /// The response as the faults leave it.
    func befall(_ response: StorageResponse) throws -> StorageResponse {
        guard !contains(.dropReply) else { throw StorageConnectionLost() }
        guard let limit = cutLimit, case .chunks(let chunks) = response.body else { return response }
        return StorageResponse(
            status: response.status, headers: response.headers, body: .chunks(chunks.cut(afterBytes: limit)))
    }

    /// The refusal as the faults leave it.
    func befall(_ failure: StorageFailure) -> StorageFailure {
        failure.status == 409 && contains(.hideConflict) ? .serverError : failure
    }

    /// How many bytes of a file reads show at most; `nil` for all.
    var shownBytes: Int64? {
        for case .showBeginning(let bytes) in self { return bytes }
        return nil
    }

    private var cutLimit: Int? {
        for case .cutBody(let limit) in self { return limit }
        return nil
    }
}

extension StorageRequest {
    /// Whether it is an upload that appends.
    var isAppend: Bool {
        [headers["x-fimidara-append"], PercentEncoding.query(query)["append"]].contains { word in
            word.map { ["true", "1"].contains($0) } ?? false
        }
    }
}
