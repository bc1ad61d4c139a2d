import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TelemetryAdapter
import TestSupport
import Testing

/// What consumers do, seen through the metrics alone.
@Suite("Metrics of ingestion", .timeLimit(.minutes(6)))
struct ReconciliationTests {
    private struct Rig {
        let clock = ManualWallClock(at: Timestamp(milliseconds: 1_795_168_800_000))
        let files = InMemoryFileStore()
        let registry = PrometheusRegistry(ServiceMetric.allCases.map(\.family))
        let store: InMemoryStore
        let consumer: LogConsumer
        let app = RegisteredApp.fresh()

        init() async throws {
            store = InMemoryStore(clock: clock)
            try await store.add(app)
            var settings = IngestionSettings()
            settings.chunkBytes = 64
            settings.maxLineBytes = 1000
            consumer = LogConsumer(
                apps: store, sources: ObservedSources(InMemoryAppSources(files), registry), cursors: store,
                commits: ObservedCommitStore(store, registry), scanner: PortableScanner(), owner: .fresh(),
                settings: settings, clock: clock, ticks: ManualTicks(), entropy: SeededEntropy(seed: 5),
                observer: IngestionMetrics(registry))
        }

        func append(_ bytes: [UInt8], to name: String = "w-2026-11-20.ndjson") async {
            await files.append(bytes, to: name, in: app.id.text)
        }

        func figures() throws -> ExpositionReader { try ExpositionReader(registry.exposition()) }
    }

    @Test("an observed store takes as much at once as the store itself")
    func usefulBytes() async throws {
        struct Small: CommitStore {
            let usefulBytes = 4711
            func commit(_ steps: [ObjectStep]) -> [StepOutcome] { steps.map { _ in .applied } }
            func writer(_ writer: WriterID, of app: AppID) -> WriterState { WriterState() }
        }
        let registry = PrometheusRegistry(ServiceMetric.allCases.map(\.family))
        #expect(ObservedCommitStore(Small(), registry).usefulBytes == 4711)
    }

    /// Every kind of byte that there is: records, rejects of several reasons, blanks, NULs, CRLF, batches and repeats.
    private func mixture() -> [UInt8] {
        let batch = SdkBatch(["{\"b\":1}", "{\"b\":2}"], sequence: 1).bytes
        var bytes = Array("{\"a\":1}\n\n  \t\n{\"a\":2}\r\nnull\n{\"cut\n".utf8)
        bytes += [UInt8](repeating: 0, count: 300) + Array("{\"a\":3}\n".utf8)
        bytes += [0x7B, 0x22, 0xFF, 0x22, 0x7D, 0x0A]
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 5000) + [0x0A]
        bytes += batch + batch
        bytes += batch.dropLast(3) + Array("\n{\"a\":4}\n\r\n".utf8)
        return bytes
    }

    @Test("every byte taken is in a record, a reject, a skip or a separator, in the metrics and in each cursor")
    func reconciliation() async throws {
        let rig = try await Rig()
        let bytes = mixture()
        // In pieces, so that long lines and runs of NUL span commits.
        for start in stride(from: 0, to: bytes.count, by: 700) {
            await rig.append(Array(bytes[start..<min(start + 700, bytes.count)]))
            _ = try await rig.consumer.run()
        }
        await rig.append(Array("{\"n\":1}\n".utf8), to: "v-2026-11-20.ndjson")
        _ = try await rig.consumer.run()
        let found = try rig.figures()
        let taken = found.value("logferry_ingest_bytes_total")
        #expect(taken == Double(bytes.count + 8))
        #expect(found.sum("logferry_ingest_accounted_bytes_total") == taken)
        for kind in ["record", "reject", "skip", "separator"] {
            #expect(found.value("logferry_ingest_accounted_bytes_total", ["kind": kind]) > 0, "\(kind)")
        }
        #expect(found.samples.keys.contains { $0.name == "logferry_ingest_reconciliation_delta_bytes" })
        #expect(found.value("logferry_ingest_reconciliation_delta_bytes") == 0)
        let cursors = await rig.store.cursors(of: rig.app.id, after: nil, limit: 10)
        #expect(cursors.count == 2)
        for cursor in cursors { #expect(cursor.progress.counts.totalBytes == cursor.progress.position) }
        // The metrics tell the same as the cursors, which were stored with the lines.
        func total(_ field: KeyPath<ByteAccount, Int64>) -> Double {
            Double(cursors.reduce(0) { $0 + $1.progress.counts[keyPath: field] })
        }
        #expect(found.value("logferry_ingest_records_total") == total(\.records))
        #expect(found.sum("logferry_ingest_rejects_total") == total(\.rejects))
        #expect(found.value("logferry_ingest_skips_total") == total(\.skips))
        #expect(found.value("logferry_ingest_accounted_bytes_total", ["kind": "skip"]) == total(\.skipBytes))
        #expect(found.value("logferry_ingest_repeated_batches_total") == 1)
        let reasons = ["line_too_long", "invalid_utf8", "invalid_json", "not_an_object", "torn_batch"].map {
            found.value("logferry_ingest_rejects_total", ["reason": $0])
        }
        #expect(reasons.allSatisfy { $0 >= 1 }, "\(reasons)")
        #expect(found.value("logferry_ingest_rejects_total", ["reason": "line_too_long"]) == 1)
        #expect(found.value("logferry_ingest_lag_bytes") == 0)
        #expect(found.value("logferry_source_received_bytes_total") >= taken)
        #expect(
            found.value("logferry_commit_steps_total", ["outcome": "applied"])
                == found.value("logferry_commit_duration_seconds_count"))
    }

    @Test("lag and states say what is left, and forget apps that are gone")
    func lag() async throws {
        let rig = try await Rig()
        await rig.append(Array("{\"a\":1}\n{\"half\":".utf8))
        await rig.append(Array("{\"a\":1}\n".utf8), to: "v-2026-11-20.ndjson")
        _ = try await rig.consumer.run()
        var found = try rig.figures()
        #expect(found.value("logferry_ingest_lag_bytes") == 8)
        #expect(found.value("logferry_ingest_objects", ["state": "current"]) == 1)
        #expect(found.value("logferry_ingest_objects", ["state": "unfinished"]) == 1)
        await rig.files.setFailure(SourceError(.unavailable, detail: "down"), of: "v-2026-11-20.ndjson")
        await rig.append(Array("{\"a\":2}\n".utf8), to: "v-2026-11-20.ndjson")
        _ = try await rig.consumer.run()
        found = try rig.figures()
        #expect(found.value("logferry_ingest_lag_bytes") == 16)
        #expect(found.value("logferry_ingest_objects", ["state": "failed"]) == 1)
        #expect(found.value("logferry_ingest_object_failures_total") == 1)
        #expect(found.value("logferry_source_requests_total", ["operation": "read", "outcome": "unavailable"]) == 1)
        _ = try await rig.consumer.run()
        found = try rig.figures()
        #expect(found.value("logferry_ingest_objects", ["state": "backing_off"]) == 1)
        #expect(found.value("logferry_ingest_lag_bytes") == 16)
        _ = await rig.store.deleteApp(rig.app.id, at: .sample)
        _ = try await rig.consumer.run()
        _ = try await rig.consumer.run()
        found = try rig.figures()
        #expect(found.value("logferry_ingest_lag_bytes") == 0)
        #expect(found.sum("logferry_ingest_objects") == 0)
    }

    @Test("an object that is held by another worker, and one that was rewritten, show")
    func takeovers() async throws {
        let rig = try await Rig()
        await rig.append(Array("{\"a\":1}\n".utf8))
        _ = try await rig.consumer.run()
        await rig.files.replace("w-2026-11-20.ndjson", in: rig.app.id.text, with: Array("{\"b\":12}\n{\"b\":2}\n".utf8))
        _ = try await rig.consumer.run()
        let found = try rig.figures()
        #expect(found.sum("logferry_ingest_generations_total") == 1)
        #expect(found.value("logferry_ingest_records_total") == 3)
        #expect(found.value("logferry_ingest_lag_bytes") == 0)
        #expect(found.value("logferry_ingest_reconciliation_delta_bytes") == 0)
    }
}
