import BlockingExecutor
import LocalFimidaraAdapter
import LogModel

@testable import LocalFimidaraAdapter

/// A store in a directory of its own, and the words to talk to it.
struct TestStore: Sendable {
    static let adminSecret = "admin-secret-for-tests"

    let directory: TemporaryDirectory
    let clock: ManualClock
    let store: LocalFimidara
    let events: Locked<[StorageEvent]>

    init(
        rootname: String = "ws", in directory: TemporaryDirectory = TemporaryDirectory(),
        clock: ManualClock = ManualClock(), adminSecret: String = TestStore.adminSecret,
        limits: StorageLimits = StorageLimits(), origins: Set<String> = [], faults: Faults = .none,
        disk: FaultyDisk? = nil, meter: (any StorageMeter)? = nil
    ) async throws {
        self.directory = directory
        self.clock = clock
        let events = Locked<[StorageEvent]>([])
        self.events = events
        store = try await LocalFimidara.open(
            .init(
                directory: directory.path, rootname: rootname, adminSecret: Secret(adminSecret), limits: limits,
                origins: origins),
            clock: clock, entropy: SystemEntropy(), faults: faults, calls: disk?.calls ?? .system, meter: meter
        ) { event in
            events.withLock { $0.append(event) }
        }
    }

    /// The same directory, opened anew.
    func reopened(
        adminSecret: String = TestStore.adminSecret, limits: StorageLimits = StorageLimits()
    ) async throws -> TestStore {
        try await store.close()
        return try await TestStore(in: directory, clock: clock, adminSecret: adminSecret, limits: limits)
    }

    /// Calls an endpoint that takes JSON.
    func call(
        _ endpoint: String, _ body: JSONValue, token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        let method = endpoint.split(separator: "/").last.map { $0.hasPrefix("delete") } == true ? "DELETE" : "POST"
        var headers: StorageHeaders = ["content-type": "application/json"]
        if let token { headers["authorization"] = "Bearer \(token)" }
        return try await send(
            StorageRequest(
                method: method, path: "/v1/\(endpoint)", headers: headers,
                body: StorageBody(bytes: Array(body.text.utf8))))
    }

    /// Uploads content to a path.
    func upload(
        _ path: String, _ content: String, append: Bool? = nil, create: Bool = false, session: String? = nil,
        token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        let form = Form(content)
        let headers = form.headers(append: append, create: create, session: session, token: token)
        return try await send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/\(path)", headers: headers,
                body: StorageBody(bytes: form.bytes)))
    }

    /// Begins an upload in parts.
    func startParts(
        _ path: String, _ id: String, session: String? = nil, token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        var members: [JSONValue.Member] = [
            .init(name: "filepath", value: .string(path)), .init(name: "clientMultipartId", value: .string(id)),
        ]
        if let session { members.append(.init(name: "uploadSessionId", value: .string(session))) }
        return try await call("files/startMultipartUpload", .object(members), token: token)
    }

    /// Uploads one part.
    func uploadPart(
        _ path: String, _ id: String, _ number: Int, _ content: String, token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        let form = Form(content)
        var headers = form.headers(token: token)
        headers["x-fimidara-multipart-id"] = id
        headers["x-fimidara-multipart-part"] = String(number)
        return try await send(
            StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/\(path)", headers: headers,
                body: StorageBody(bytes: form.bytes)))
    }

    /// Makes the file of its parts.
    func completeParts(
        _ path: String, _ id: String, _ numbers: [Int], token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        try await call(
            "files/completeMultipartUpload",
            [
                "filepath": .string(path), "clientMultipartId": .string(id),
                "parts": .array(numbers.map { ["part": .integer(Int64($0))] }),
            ], token: token)
    }

    /// The numbers of the parts that are there.
    func parts(of path: String) async throws -> [Int64] {
        guard case .array(let parts)? = try await call("files/listParts", ["filepath": .string(path)]).json["parts"]
        else { return [] }
        return parts.compactMap { part in if case .integer(let number)? = part["part"] { number } else { nil } }
    }

    /// Reads a path.
    func read(
        _ path: String, range: String? = nil, ifRange: String? = nil, method: String = "GET",
        token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        var headers: StorageHeaders = [:]
        headers["range"] = range
        headers["if-range"] = ifRange
        if let token { headers["authorization"] = "Bearer \(token)" }
        return try await send(
            StorageRequest(method: method, path: "/v1/files/readFile/\(path)", headers: headers))
    }

    func details(
        _ path: String, session: String? = nil, token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        var members: [JSONValue.Member] = [.init(name: "filepath", value: .string(path))]
        if let session { members.append(.init(name: "uploadSessionId", value: .string(session))) }
        return try await call("files/getFileDetails", .object(members), token: token)
    }

    func send(_ request: StorageRequest) async throws -> Answer {
        try await Answer(store.respond(to: request))
    }

    /// Makes a token and gives its id and its credential.
    func makeToken(_ extra: JSONValue = [:]) async throws -> (id: String, secret: String) {
        guard case .object(let members) = extra else { return ("", "") }
        let answer = try await call(
            "agentTokens/addToken", .object(members + [.init(name: "shouldEncode", value: .bool(true))]))
        return (answer.string("token", "resourceId") ?? "", answer.string("token", "jwtToken") ?? "")
    }

    /// Makes a folder and gives its id.
    func makeFolder(_ path: String) async throws -> String {
        try await call("folders/addFolder", ["folderpath": .string(path)]).string("folder", "resourceId") ?? ""
    }

    /// Allows or denies actions on a target.
    @discardableResult
    func grant(
        _ actions: [String], on target: String, to entity: String, access: Bool = true
    ) async throws -> Answer {
        try await call(
            "permissionItems/addItems",
            [
                "items": [
                    [
                        "entityId": .string(entity), "action": .array(actions.map { .string($0) }),
                        "targetId": .string(target), "access": .bool(access),
                    ]
                ]
            ])
    }

    /// The id of the workspace.
    func workspaceID() async throws -> String {
        try await call("workspaces/getWorkspace", [:]).string("workspace", "resourceId") ?? ""
    }
}
