import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite(
    "Fimidara: answers of a real server",
    .enabled(if: !RecordedExchange.all.isEmpty, "left out: there is no recording in $LOGFERRY_SHARED or ../shared"))
struct RecordedExchangeTests {
    /// Plays one recorded answer to a call and says how it failed, if it did.
    private func play<Answer: Decodable & Sendable>(
        _ exchange: RecordedExchange, _ endpoint: FimidaraEndpoint, _ answer: Answer.Type
    ) async throws -> FimidaraFailure? {
        let bench = try Bench(retry: RetryPolicy(attempts: 1)) { _ in exchange.response }
        do {
            _ = try await bench.client.call(endpoint, FolderWire.Locator(), answer: answer)
            return nil
        } catch {
            return error
        }
    }

    private func check<Answer: Decodable & Sendable>(_ endpoint: FimidaraEndpoint, _ answer: Answer.Type) async throws {
        let exchanges = RecordedExchange.answers(of: endpoint.path)
        #expect(!exchanges.isEmpty)
        for exchange in exchanges {
            let failure = try await play(exchange, endpoint, answer)
            switch exchange.status {
            case 200: #expect(failure == nil, "\(exchange.name)")
            case 401: #expect(failure?.reason == .unauthenticated, "\(exchange.name)")
            case 403: #expect(failure?.reason == .forbidden, "\(exchange.name)")
            // Two exchanges have another method, which the router and no handler refuses.
            case 404:
                let isRouters = exchange.name.contains("get-on-post") || exchange.name == "perm.delete-denied"
                #expect(failure?.reason == (isRouters ? .rejected : .notFound), "\(exchange.name)")
            case 409: #expect(failure?.reason == .conflict, "\(exchange.name)")
            case 500: #expect(failure?.reason == .unavailable && failure?.isOpaque == true, "\(exchange.name)")
            default: #expect(failure?.reason == .rejected, "\(exchange.name)")
            }
        }
    }

    @Test("every JSON answer is understood as success or as the refusal that it is") func calls() async throws {
        try await check(.addToken, TokenWire.Answer.self)
        try await check(.getToken, TokenWire.Answer.self)
        try await check(.deleteToken, TokenWire.Deletion.self)
        try await check(.deleteFile, FileWire.Deletion.self)
        try await check(.getFolder, FolderWire.Answer.self)
        try await check(.addFolder, FolderWire.Answer.self)
        try await check(.listFolderContent, FolderWire.Page.self)
        try await check(.addPermissionGroup, PermissionWire.GroupAnswer.self)
        try await check(.getWorkspacePermissionGroups, PermissionWire.GroupPage.self)
        try await check(.getEntityAssignedPermissionGroups, PermissionWire.Assigned.self)
        try await check(.assignPermissionGroups, PermissionWire.Nothing.self)
        try await check(.addPermissionItems, PermissionWire.Nothing.self)
        try await check(.resolveEntityPermissions, PermissionWire.Resolution.self)
    }

    @Test("no answer to a read is taken for bytes that were not asked for") func reads() async throws {
        let exchanges = RecordedExchange.answers(of: "/v1/files/readFile/")
        #expect(!exchanges.isEmpty)
        let object = SourceObject(key: ObjectKey("x"), identity: "file000_X", size: 0)
        for exchange in exchanges {
            let bench = try Bench(retry: RetryPolicy(attempts: 1)) { _ in exchange.response }
            let chunk = try? await bench.source.read(object, from: 0, limit: 1 << 20)
            if let chunk, !chunk.bytes.isEmpty {
                #expect(exchange.status == 206 && chunk.offset == 0, "\(exchange.name)")
            } else if exchange.status == 200 {
                #expect(chunk == nil, "\(exchange.name)")
            }
        }
    }
}
