import FimidaraAdapter
import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import SystemAdapter

/// A file of a file store, read range by range over our HTTP transport and given up.
enum RangeCase {
    /// The root name of the workspace.
    static let rootname = "bench"
    /// The folder of the one file.
    static let folder = StoragePath(segments: [rootname, "logs"])
    /// The name of the file.
    static let fileName = "bench-2026-09-21.ndjson"

    static func prepare(_ task: CaseTask) async throws -> CaseWork {
        let (source, object) = try await open(task)
        return {
            var tally = Tally()
            while tally.bytes < object.size {
                let chunk = try await source.read(object, from: tally.bytes, limit: benchedChunk)
                guard !chunk.bytes.isEmpty else { throw BenchError("the file store's file became shorter") }
                tally.bytes += Int64(chunk.bytes.count)
            }
            return tally
        }
    }

    /// The source that a worker would have, and the one file in it.
    static func open(_ task: CaseTask) async throws -> (source: FimidaraObjectSource, object: SourceObject) {
        let settings = try FimidaraSettings(
            serverURL: task.url, authToken: Secret(task.key), workspaceRootname: rootname)
        let client = FimidaraClient(
            settings: settings, transport: CurlTransport(), entropy: SystemEntropy(), wallClock: SystemClock())
        let source = FimidaraObjectSource(client: client, folder: folder)
        var found: [SourceObject] = []
        try await source.list { found += $0.objects }
        guard let object = found.first else { throw BenchError("the file store does not show its file") }
        return (source, object)
    }
}
