import BlockingExecutor
import FimidaraAdapter
import HTTPTransport
import LogModel
import SdkProvisioning

/// Always the same bytes: `0xFF` for the longest wait, `0` for none.
struct FixedEntropy: Entropy {
    var byte: UInt8 = 0xFF
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
}

struct FixedWallClock: WallClock {
    func now() -> Timestamp { Timestamp(milliseconds: 784_111_777_000) }  // 1994-11-06T08:49:37Z
}

/// A clock that does not wait and remembers for how long it was asked to.
final class RecordingClock: Clock {
    private let waits = Locked<[Duration]>([])
    private let start = ContinuousClock.now

    var now: ContinuousClock.Instant { start }
    var minimumResolution: Duration { .zero }
    var recorded: [Duration] { waits.withLock { $0 } }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        waits.withLock { $0.append(deadline - start) }
    }
}

/// A client of a scripted server, and everything that surrounds it.
struct Bench {
    static let canary = "eyJ.canary-token.sig"
    static let owner = TokenID(unchecked: "tok_01jd0000000000000000000000")

    let transport: ScriptedTransport
    let clock = RecordingClock()
    let client: FimidaraClient

    init(
        retry: RetryPolicy = RetryPolicy(), pageSize: Int = 1000, entropy: FixedEntropy = FixedEntropy(),
        _ script: @escaping ScriptedTransport.Script
    ) throws {
        transport = ScriptedTransport(script)
        let settings = try FimidaraSettings(
            serverURL: "http://fimidara.test:5000/", authToken: Secret(Bench.canary), workspaceRootname: "acme",
            retry: retry, pageSize: pageSize)
        client = FimidaraClient(
            settings: settings, transport: transport, entropy: entropy, wallClock: FixedWallClock(), clock: clock)
    }

    var administration: FimidaraStorageAdministration { FimidaraStorageAdministration(client: client) }
    var source: FimidaraObjectSource { FimidaraObjectSource(client: client, folder: Bench.path) }

    static let path = StoragePath("acme/logs/app_1")

    /// The answer that has the folder of ``path``.
    static func folder(_ id: String = "folder0_A", names: String = #"["logs","app_1"]"#) -> HTTPResponse {
        json(
            #"{"folder":{"resourceId":"\#(id)","workspaceId":"wrkspce_W","parentId":"folder0_P","description":null,"#
                + #""isDeleted":false,"name":"app_1","idPath":[],"namepath":\#(names)}}"#)
    }

    /// The answer that has an agent token.
    static func token(_ id: String = "agtoken_T", _ more: String = "") -> HTTPResponse {
        json(
            #"{"token":{"resourceId":"\#(id)","providedResourceId":"\#(owner.text)","shouldRefresh":true,"#
                + #""refreshDuration":1000,"refreshToken":"never-hand-this-out"\#(more)}}"#)
    }
}

/// The storage error that `work` throws, or `nil`.
func storageFailure(_ work: () async throws(StorageError) -> Void) async -> StorageError? {
    do {
        try await work()
        return nil
    } catch {
        return error
    }
}
