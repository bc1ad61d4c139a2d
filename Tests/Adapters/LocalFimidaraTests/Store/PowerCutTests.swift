import BlockingExecutor
import Foundation
import LogModel
import TestSupport
import Testing

@testable import LocalFimidaraAdapter

@Suite("After a power cut", .timeLimit(.minutes(5)))
struct PowerCutTests {
    /// Appends to files and replaces one, and tells what a crash would leave at each moment.
    private func moments(in folder: TemporaryFolder) async throws -> [Remains] {
        let acknowledged = Locked<[String: String]>([:])
        let path = folder.file("store")
        let disk = ForgetfulDisk(root: path) { acknowledged.withLock { $0.map { "\($0)=\($1)" } } }
        let store = try await LocalFimidara.open(
            .init(directory: path, rootname: "ws", adminSecret: Secret(TestStore.adminSecret)),
            clock: ManualClock(), entropy: SystemEntropy(), faults: .none,
            calls: DiskCalls(write: { disk.write($0, $1, at: Int($2)) }, sync: { disk.sync($0) })
        ) { _ in }
        for (name, piece) in PowerCutTests.pieces {
            if name == "parts.log" {
                try await PowerCutTests.uploadInParts(piece, to: store) { disk.remember() }
                acknowledged.withLock { $0[name] = piece }
                continue
            }
            let form = Form(piece)
            let isAppend = name != "whole.log"
            let answer = try await Answer(
                store.respond(
                    to: StorageRequest(
                        method: "POST", path: "/v1/files/uploadFile/ws/a/\(name)",
                        headers: form.headers(
                            append: isAppend, create: isAppend, session: nil, token: TestStore.adminSecret),
                        body: StorageBody(bytes: form.bytes))))
            try #require(answer.status == 200, "\(answer.text)")
            acknowledged.withLock { $0[name] = isAppend ? ($0[name] ?? "") + piece : piece }
            disk.remember()
        }
        let moments = disk.takeMoments()
        try await store.close()
        return moments
    }

    private static let pieces = [
        ("x.log", "one\n"), ("x.log", "two\n"), ("y.log", String(repeating: "y", count: 300) + "\n"),
        ("whole.log", "first"), ("x.log", "three\n"), ("parts.log", "first in parts"),
        ("whole.log", "second"), ("y.log", "end\n"),
        ("parts.log", "second in parts"),
    ]

    /// Uploads text in two parts and completes them.
    private static func uploadInParts(
        _ text: String, to store: LocalFimidara, _ done: () -> Void
    ) async throws {
        func call(_ endpoint: String, _ more: [JSONValue.Member]) async throws {
            let members: [JSONValue.Member] = [
                .init(name: "filepath", value: "ws/a/parts.log"), .init(name: "clientMultipartId", value: "m1"),
            ]
            let answer = try await Answer(
                store.respond(
                    to: StorageRequest(
                        method: "POST", path: "/v1/files/\(endpoint)",
                        headers: [
                            "content-type": "application/json", "authorization": "Bearer \(TestStore.adminSecret)",
                        ], body: StorageBody(bytes: Array(JSONValue.object(members + more).text.utf8)))))
            try #require(answer.status == 200, "\(answer.text)")
            done()
        }
        try await call("startMultipartUpload", [])
        for (number, piece) in [text.prefix(6), text.dropFirst(6)].enumerated() {
            let form = Form(String(piece))
            var headers = form.headers(token: TestStore.adminSecret)
            headers["x-fimidara-multipart-id"] = "m1"
            headers["x-fimidara-multipart-part"] = String(number + 1)
            let answer = try await Answer(
                store.respond(
                    to: StorageRequest(
                        method: "POST", path: "/v1/files/uploadFile/ws%2Fa%2Fparts.log", headers: headers,
                        body: StorageBody(bytes: form.bytes))))
            try #require(answer.status == 200, "\(answer.text)")
            done()
        }
        let parts: JSONValue = [["part": .integer(1)], ["part": .integer(2)]]
        try await call("completeMultipartUpload", [.init(name: "parts", value: parts)])
    }

    @Test(
        "C15: every acknowledged byte is there after a crash at any moment, and nothing torn among them",
        arguments: Remains.Fate.allCases)
    func crash(_ fate: Remains.Fate) async throws {
        let folder = try TemporaryFolder()
        let moments = try await moments(in: folder)
        #expect(moments.count > 60)
        for (number, remains) in moments.enumerated() {
            // SQLite looks after its own files: that it synchronises them is seen in its system calls.
            let place = TemporaryDirectory()
            rmdir(place.path)
            try remains.lay(into: place.path, fate, untouched: "metadata.sqlite")
            let store = try await TestStore(in: place)
            for name in ["x.log", "y.log", "whole.log", "parts.log"] {
                let prefix = name + "="
                let promise = remains.promises.first { $0.hasPrefix(prefix) }
                let promised = promise.map { String($0.dropFirst(prefix.count)) }
                let found = try await store.read("ws/a/\(name)")
                guard found.status == 200 else {
                    #expect(found.status == 404 && promised == nil, "moment \(number), \(name)")
                    continue
                }
                // Nothing is seen of parts before their completion.
                if name == "parts.log", promised == nil, found.text.isEmpty { continue }
                // An upload that was committed and not answered is there as a whole, too.
                #expect(
                    found.text == promised ?? "" || PowerCutTests.next(name, after: promised) == found.text,
                    "moment \(number), \(name): \(found.text)")
                guard !["whole.log", "parts.log"].contains(name) else { continue }
                #expect(try await store.upload("ws/a/\(name)", "more\n", append: true).status == 200)
                #expect(try await store.read("ws/a/\(name)").text == found.text + "more\n", "moment \(number)")
            }
            try await store.store.close()
        }
    }

    /// What a file holds after the upload that follows.
    private static func next(_ name: String, after text: String?) -> String? {
        var content: String?
        for (file, piece) in pieces where file == name {
            let isNext = content == text
            content = ["whole.log", "parts.log"].contains(name) ? piece : (content ?? "") + piece
            if isNext { return content }
        }
        return nil
    }
}
