import Foundation
import HTTPTransport
import ServerRig
import TestSupport
import Testing

/// What operators see: metrics, health and ids of requests, of real processes.
@Suite("Metrics over HTTP", .serialized)
struct MetricsTests {
    private func metrics(of site: Site) async throws -> ExpositionReader {
        let answer = try await site.send("GET", site.ops("/metrics"))
        guard answer.status == 200 else { throw HarnessError(answer.text) }
        #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try ExpositionReader(answer.text)
    }

    @Test("after a mixed corpus every byte is accounted for, in the metrics and in each cursor")
    func reconciliation() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h", "--sdk-init-rate", "3/min"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let batch = SdkBatch(["{\"b\":1}", "{\"b\":2}"], sequence: 1).bytes
        var bytes = Corpus.made(lines: 500, seed: 11)
        bytes += Array("\n  \n{\"a\":1}\r\nnull\n{\"cut\n".utf8) + [UInt8](repeating: 0, count: 4096)
        bytes += Array("{\"a\":2}\n".utf8) + batch + batch + Corpus.made(lines: 100, seed: 12)
        #expect(try await app.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
        #expect(try await site.consume() != nil)
        let found = try await metrics(of: site)
        #expect(found.value("logferry_ingest_bytes_total") == Double(bytes.count))
        #expect(found.sum("logferry_ingest_accounted_bytes_total") == Double(bytes.count))
        #expect(found.value("logferry_ingest_reconciliation_delta_bytes") == 0)
        #expect(found.value("logferry_ingest_records_total") == 604)
        #expect(found.sum("logferry_ingest_rejects_total") == 2)
        #expect(found.value("logferry_ingest_repeated_batches_total") == 1)
        #expect(found.value("logferry_ingest_lag_bytes") == 0)
        #expect(found.value("logferry_runs_total", ["kind": "consume-logs", "state": "finished"]) >= 1)
        #expect(found.value("logferry_run_last_success_timestamp_seconds", ["kind": "consume-logs"]) > 1_700_000_000)
        #expect(found.value("logferry_lock_acquires_total", ["outcome": "granted"]) >= 1)
        #expect(found.value("logferry_commit_steps_total", ["outcome": "applied"]) >= 1)
        #expect(found.value("logferry_storage_requests_total", ["operation": "create_token", "outcome": "ok"]) == 1)
        #expect(found.value("logferry_sdk_inits_total", ["outcome": "provisioned"]) == 1)
        #expect(found.value("logferry_sdk_init_duration_seconds_count") == 1)
        #expect(found.samples.keys.contains { $0.name == "logferry_build_info" && $0.labels["version"] != nil })
        #expect(found.value("process_resident_memory_bytes") > 1_000_000)
        #expect(found.value("process_open_fds") > 3)
        #expect(found.value("process_cpu_seconds_total") > 0)
        let age = Date().timeIntervalSince1970 - found.value("process_start_time_seconds")
        #expect(age > -2 && age < 3600, "\(age)")
        let cursors = try await site.call("GET", site.api("/v1/cursors"), try site.secret("admin.key"))
        let items = cursors.json["items"] as? [[String: Any]] ?? []
        #expect(items.count == 1)
        for item in items {
            let account = try #require(item["bytes"] as? [String: Int])
            #expect(account["unaccounted"] == 0)
            let kinds = ["records", "rejects", "skips", "separators"].compactMap { account[$0] }
            #expect(kinds.count == 4 && kinds.reduce(0, +) == item["position"] as? Int)
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("requests are counted by template, method and status class, problems by code, and carry an id")
    func requests() async throws {
        let site = try Site()
        let dev = try await site.startDev(
            ["--consume-interval", "1h", "--sdk-init-rate", "2/min", "--log-level", "debug"])
        let app = try await Application.register("shop", at: site)
        for expected in [200, 200, 429, 429, 429] {
            #expect(try await site.call("POST", site.api("/v1/sdk/init"), app.clientToken, "{}").status == expected)
        }
        let admin = try site.secret("admin.key")
        for number in 0..<5 {
            #expect(try await site.call("GET", site.api("/v1/apps/none-\(number)"), admin).status == 404)
            _ = try await site.send("GET", site.api("/nothing/\(number)"))
        }
        let found = try await metrics(of: site)
        let labels = ["route": "/v1/sdk/init", "method": "POST"]
        #expect(found.sum("logferry_http_requests_total", where: labels.merging(["status": "2xx"]) { $1 }) == 2)
        #expect(found.sum("logferry_http_requests_total", where: labels.merging(["status": "4xx"]) { $1 }) == 3)
        #expect(found.value("logferry_http_request_duration_seconds_count", labels) == 5)
        #expect(found.value("logferry_http_problems_total", ["code": "init_rate"]) == 3)
        #expect(found.value("logferry_sdk_inits_total", ["outcome": "rate_limited"]) == 3)
        #expect(found.sum("logferry_http_requests_total", where: ["route": "/v1/apps/{app}", "status": "4xx"]) == 5)
        #expect(found.sum("logferry_http_requests_total", where: ["route": "unmatched"]) == 5)
        #expect(found.value("logferry_http_problems_total", ["code": "unknown_route"]) == 5)
        let ids: HTTPHeaders = [
            "x-request-id": "0b7f7c0e-51ee-4d7e-8f1e-3f1e8f1e3f1e",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ]
        let answer = try await site.send("GET", site.api("/livez"), headers: ids)
        #expect(answer.headers["x-request-id"] == ids["x-request-id"])
        let other = try await site.send("GET", site.api("/nothing"), headers: ["x-request-id": "a b\"c"])
        #expect(other.headers["x-request-id"]?.count == 26)
        #expect(try await site.stop(dev) == 0)
        let entry = try #require(
            dev.errorText.split(separator: "\n").first { $0.contains("0b7f7c0e-51ee-4d7e-8f1e-3f1e8f1e3f1e") })
        for part in [
            #""message":"request""#, #""route":"/livez""#, #""status":"200""#, #""method":"GET""#, #""duration_ms":""#,
            #""bytes":""#, #""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#, #""component":"http""#,
        ] { #expect(entry.contains(part), "\(entry)") }
    }

    @Test("a worker shows its metrics and health; a port that is taken ends it with a hint")
    func worker() async throws {
        let files = try Site()
        let store = try await files.startDev()
        let site = try Site()
        let environment = [
            "LOGFERRY_FIMIDARA_SERVER_URL": files.files(""),
            "LOGFERRY_FIMIDARA_AUTH_TOKEN": try files.secret("local-fimidara.key"),
        ]
        let flags = ["work"] + site.flags + ["--ops-port", String(site.opsPort), "--consume-interval", "20ms"]
        let work = try RunningProgram(flags, environment: environment, folder: site.folder + "/logs")
        for _ in 0..<500 where (try? await site.send("GET", site.ops("/readyz")))?.status != 200 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await site.send("GET", site.ops("/livez")).status == 200)
        #expect(try await site.send("GET", site.ops("/healthz")).status == 200)
        #expect(try await site.send("GET", site.ops("/v1/apps")).code == "unknown_route")
        var runs = 0.0
        for _ in 0..<500 where runs < 2 {
            runs = try await metrics(of: site).value(
                "logferry_runs_total", ["kind": "consume-logs", "state": "finished"])
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(runs >= 2)
        let second = try RunningProgram(flags, environment: environment, folder: site.folder + "/logs")
        #expect(try await second.wait() == 78)
        #expect(second.errorText.contains("--ops-port"), "\(second.errorText)")
        #expect(work.errorText.contains("metrics on http://127.0.0.1:\(site.opsPort)/metrics"))
        #expect(try await site.stop(work) == 0)
        #expect(try await files.stop(store) == 0)
    }

    @Test("the lines about runs add up to what was taken, the last ones at the end")
    func runLines() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "10ms"])
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        for number in 0..<5 {
            let line = Array("{\"n\":\(number)}\n".utf8)
            #expect(try await app.append(line, to: door.file("2026-11-20"), with: door.token).status == 200)
            for _ in 0..<2000 where try await site.storedLines(of: "shop").count(where: { $0 == 0x0A }) <= number {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(try await site.stop(dev) == 0)
        let lines = dev.errorText.split(separator: "\n").filter { $0.contains(#""message":"consume-logs""#) }
        let records = lines.compactMap { line in
            let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            return entry?["records"].flatMap { Int($0) }
        }
        #expect(records.reduce(0, +) == 5, "\(lines)")
    }
}
