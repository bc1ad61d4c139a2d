import Foundation
import Glibc
import HTTPTransport
import ServerRig
import Testing

/// Secrets go in by every door there is, and come out by none but the one that hands them out.
@Suite("Canaries", .serialized)
struct CanaryTests {
    /// A secret that is looked for in everything that is written.
    private struct Canary {
        let name: String
        let text: String

        init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }

        /// One that nothing else looks like.
        init(_ name: String) {
            self.init(name, "canary-\(name)-\(UUID().uuidString.lowercased())")
        }

        /// Whether a text shows the secret, or its second half, or either in base 64.
        func isIn(_ text: String) -> Bool {
            let half = self.text.dropFirst(self.text.count / 2)
            // In base 64 the same bytes look three ways; of the middle of each, nothing depends on what is beside it.
            let encoded = (0..<3).map { shift in
                Data([UInt8](repeating: 0x2E, count: shift) + self.text.utf8).base64EncodedString()
                    .dropFirst(8).dropLast(8)
            }
            return text.contains(half) || encoded.contains { text.contains($0) }
        }
    }

    /// What was written, by where.
    private final class Findings {
        private(set) var texts: [(place: String, text: String)] = []

        func add(_ place: String, _ text: String) { texts.append((place, text)) }

        func expectNone(of canaries: [Canary]) {
            for (place, text) in texts {
                for canary in canaries {
                    #expect(!canary.isIn(text), "\(place) shows the \(canary.name): \(excerpt(text, canary))")
                }
            }
        }

        private func excerpt(_ text: String, _ canary: Canary) -> String {
            let half = String(canary.text.dropFirst(canary.text.count / 2))
            guard let range = text.range(of: half) else { return "encoded" }
            let start = text.index(range.lowerBound, offsetBy: -200, limitedBy: text.startIndex) ?? text.startIndex
            return String(text[start..<range.upperBound])
        }
    }

    @Test("the search finds what it looks for, whole, in part and in base 64")
    func search() {
        let canary = Canary("probe")
        #expect(canary.isIn("x\(canary.text)x") && canary.isIn(String(canary.text.suffix(30))))
        for shift in 0..<4 {
            let padded = Data((String(repeating: "a", count: shift) + canary.text + "tail").utf8)
            #expect(canary.isIn("token: \(padded.base64EncodedString())"), "shift \(shift)")
        }
        #expect(!canary.isIn("canary-probe-"))
    }

    @Test("no request, command, log line, metric or crash shows a secret")
    func everywhere() async throws {
        let site = try Site()
        let admin = Canary("admin-key")
        let service = Canary("internal-key")
        let environment = [
            "LOGFERRY_ADMIN_KEY": admin.text, "LOGFERRY_INTERNAL_KEY": service.text,
            "SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,sanitize=no,symbolicate=off",
        ]
        try site.keep("admin.key", admin.text)
        let dev = try await site.startDev(
            ["--log-level", "trace", "--consume-interval", "50ms"], environment: environment)
        let app = try await Application.register("canary", at: site)
        let door = try await app.initialise()
        let record = Canary("record")
        let line = "{\"note\":\"\(record.text)\"}\nnot json \(record.text)\n"
        let file = door.file("2026-11-20")
        #expect(try await app.append(Array(line.utf8), to: file, with: door.token).status == 200)
        for _ in 0..<500 where try await site.storedLines(of: "canary").isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        let findings = Findings()
        let secrets = [
            admin, service, Canary("client-token", app.clientToken), Canary("storage-token", door.token),
            Canary("storage-key", try site.secret("local-fimidara.key")),
        ]
        for secret in secrets { try await pushIn(secret.text, at: site, app, findings) }
        for arguments in [
            ["config", "show"], ["config", "show", "--json"], ["config", "check"], ["apps", "list"],
            ["tokens", "list", "--app", "canary", "--json"], ["cursors", "--json"], ["verify", "--json"],
        ] {
            let result = try await site.run(arguments, environment: environment)
            #expect(result.code == 0, "\(arguments): \(result.words)")
            findings.add(arguments.joined(separator: " "), result.output + result.words)
        }
        let metrics = try await site.send("GET", site.ops("/metrics"))
        #expect(metrics.status == 200)
        findings.add("metrics", metrics.text)
        // What a failed precondition ends in: the runtime describes all threads. Sent from outside it must be sent
        // again to end the process, since there is no instruction that would fail again.
        dev.signal(SIGILL)
        for _ in 0..<2000 where !dev.errorText.contains("Backtrace took") {
            try await Task.sleep(for: .milliseconds(10))
        }
        dev.signal(SIGILL)
        #expect(try await dev.wait() == 128 + SIGILL)
        #expect(dev.errorText.contains("Program crashed"), "no crash was described")
        #expect(dev.errorText.contains(#""message":"request""#), "the log tells of requests")
        findings.add("log and crash", dev.errorText)
        findings.add("output", dev.outputText)
        findings.expectNone(of: secrets + [record])
    }

    /// Puts a secret into each part of a request where it does not belong.
    private func pushIn(_ secret: String, at site: Site, _ app: Application, _ findings: Findings) async throws {
        let bearer: HTTPHeaders = ["Authorization": "Bearer \(secret)"]
        let attempts: [(method: String, path: String, headers: HTTPHeaders, body: String?)] = [
            ("GET", "/v1/apps/\(secret)", [:], nil),
            ("GET", "/nothing/\(secret)?token=\(secret)", bearer, nil),
            ("GET", "/v1/logs?app=\(secret)&q=\(secret)", bearer, nil),
            ("GET", "/v1/logs?app=canary&cursor=\(secret)&limit=\(secret)", bearer, nil),
            ("GET", "/v1/runs?cursor=\(secret)", bearer, nil),
            ("POST", "/v1/sdk/init", bearer, "{\"instanceId\":[\"\(secret)\"]}"),
            ("POST", "/v1/sdk/init", bearer, "{\"filePrefix\":\"\(secret)\""),
            ("POST", "/v1/apps", bearer, "{\"name\":\"/\(secret)/\"}"),
            ("POST", "/v1/sdk/init", ["Authorization": "Basic \(secret)"], "{}"),
            ("POST", "/v1/sdk/init", ["Authorization": secret], "{}"),
            ("POST", "/internal/consume-logs?wait=true", ["x-internal-access-key": secret + "x"], nil),
            ("POST", "/internal/consume-logs?wait=\(secret)", ["x-internal-access-key": secret], nil),
            (
                "GET", "/v1/apps",
                ["x-request-id": secret, "traceparent": "00-\(secret)-00-01", "cookie": secret, "x-token": secret], nil
            ),
            ("DELETE", "/v1/apps/\(app.id)/tokens/\(secret)", bearer, nil),
        ]
        for attempt in attempts {
            let answer = try await site.send(
                attempt.method, site.api(attempt.path), headers: attempt.headers,
                body: attempt.body.map { Array($0.utf8) })
            let fields = answer.headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            // A caller may be told its own words, but not by the field that repeats an id.
            findings.add("\(attempt.method) \(attempt.path.prefix(20)) headers", fields)
            if attempt.path.hasPrefix("/v1/sdk/init"), answer.status == 200 { continue }
            #expect(answer.status >= 400 || attempt.path.hasPrefix("/v1/"), "\(attempt.path): \(answer.status)")
            findings.add("\(attempt.method) \(attempt.path.prefix(20)) body", answer.text)
        }
        let upload = try await app.append(Array("{}\n".utf8), to: "elsewhere/\(secret)", with: secret + "x")
        findings.add("upload", upload.text)
    }

    @Test("a file store that gives back everything it was told does not make us repeat it")
    func echoingStore() async throws {
        let site = try Site()
        let storage = Canary("storage-token")
        let store = try await EchoingStore(in: site.folder)
        #expect(try await site.run(["apps", "add", "canary"]).code == 0)
        let issued = try await site.run(["tokens", "issue", "--app", "canary"])
        let client = Canary("client-token", issued.output.trimmingCharacters(in: .whitespacesAndNewlines))
        let findings = Findings()
        for status in [401, 403, 500, 200] {
            let environment = [
                "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:\(store.port)/\(status)",
                "LOGFERRY_FIMIDARA_AUTH_TOKEN": storage.text, "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
                "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
            ]
            let serve = try RunningProgram(
                ["serve"] + site.flags + ["--log-level", "trace"], environment: environment,
                folder: site.folder + "/logs")
            for _ in 0..<500 where (try? await site.send("GET", site.api("/livez")))?.status != 200 {
                try await Task.sleep(for: .milliseconds(10))
            }
            let answer = try await site.call("POST", site.api("/v1/sdk/init"), client.text, "{}")
            #expect(answer.status >= 500, "\(status): \(answer.text)")
            findings.add("init with \(status)", answer.text)
            #expect(try await site.stop(serve) == 0)
            #expect(serve.errorText.contains("a request failed"), "\(serve.errorText)")
            findings.add("log with \(status)", serve.errorText)
            let work = try await site.run(["work", "--once", "--log-level", "trace"], environment: environment)
            // A refusal lasts; what the others say may pass.
            #expect(work.code == ([401, 403].contains(status) ? 1 : 75), "\(status): \(work.words)")
            findings.add("work with \(status)", work.output + work.words)
            let runs = try await site.run(["verify", "--json"], environment: environment)
            findings.add("verify with \(status)", runs.output + runs.words)
        }
        #expect(store.wasTold(storage.text))
        findings.expectNone(of: [storage, client])
        store.stop()
    }

    @Test("settings that cannot be used are told without their secrets")
    func settings() async throws {
        let site = try Site()
        let canary = Canary("setting")
        let file = site.folder + "/settings.json"
        try Data("{\"admin\":{\"key\":[\"\(canary.text)\"]}}".utf8).write(to: URL(fileURLWithPath: file))
        let cases: [(arguments: [String], environment: [String: String])] = [
            (["config", "check", "--admin-key", canary.text], [:]),
            (["config", "check", "--admin-key=\(canary.text)"], [:]),
            (["config", "check", "--config", file], [:]),
            (["config", "check"], ["LOGFERRY_FIMIDARA_AUTH_TOKEN": canary.text]),
            (["config", "check"], ["LOGFERRY_FIMIDARA_SERVER_URL": "http://user:\(canary.text)@127.0.0.1"]),
            (["config", "check"], ["LOGFERRY_ADMIN_KEYS": canary.text, "LOGFERRY_ADMIN_KEY": "short"]),
            (["serve"], ["LOGFERRY_ADMIN_KEY": canary.text]),
            (
                ["work", "--once"],
                [
                    "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:1",
                    "LOGFERRY_FIMIDARA_AUTH_TOKEN": canary.text + "\r\nx: y",
                ]
            ),
        ]
        let findings = Findings()
        for wanted in cases {
            let result = try await site.run(wanted.arguments, environment: wanted.environment)
            #expect(result.code != 0, "\(wanted.arguments): \(result.words)")
            findings.add("\(wanted.arguments.first ?? "")", result.output + result.words)
        }
        findings.expectNone(of: [canary])
    }
}

/// A file store that answers each request with everything that it was told, as an error of the status in the path.
private final class EchoingStore {
    let port: Int
    private let process: RunningProgram

    init(in folder: String) async throws {
        let script = folder + "/echo.py"
        try Data(
            """
            import http.server, json, sys
            class Echo(http.server.BaseHTTPRequestHandler):
                def answer(self):
                    body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode("utf-8", "replace")
                    told = str(self.headers) + body
                    print(told, flush=True)
                    said = json.dumps({"errors": [{"name": told, "message": told, "field": told}]}).encode()
                    self.send_response(int(self.path.split("/")[1]), "Echo")
                    self.send_header("content-type", "application/json")
                    self.send_header("x-echo", self.headers.get("authorization") or "")
                    self.send_header("content-length", str(len(said)))
                    self.end_headers()
                    self.wfile.write(said)
                do_GET = do_POST = do_DELETE = answer
                def log_message(self, *words): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
            print("port", server.server_address[1], flush=True)
            server.serve_forever()
            """.utf8
        ).write(to: URL(fileURLWithPath: script))
        process = try RunningProgram([script], folder: folder, program: "/usr/bin/python3")
        var port: Int?
        for _ in 0..<500 where port == nil {
            try await Task.sleep(for: .milliseconds(10))
            let words = process.outputText.split(separator: "\n").first?.split(separator: " ") ?? []
            port = words.first == "port" ? words.last.flatMap { Int($0) } : nil
        }
        guard let port else {
            process.signal(SIGKILL)
            throw HarnessError("the echo did not start: \(process.errorText)")
        }
        self.port = port
    }

    func wasTold(_ text: String) -> Bool { process.outputText.contains(text) }

    func stop() { process.signal(SIGKILL) }

    deinit { stop() }
}
