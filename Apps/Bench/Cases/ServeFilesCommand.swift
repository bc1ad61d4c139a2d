import ArgumentParser
import Composition
import Foundation
import LocalFimidaraAdapter
import LogModel
import SdkProvisioning
import Server
import SystemAdapter

/// The embedded file store with one file in it, in a process of its own, so that what it uses is not the reader's.
///
/// It says `ready PORT` when the file is there, and ends when its standard input does, and so with the harness.
struct ServeFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-files", abstract: "Serves one file; \"paths\" starts this by itself.", shouldDisplay: false)

    @Option(help: "The file that is served.")
    var input: String

    @Option(help: "A fresh folder for the store.")
    var directory: String

    func run() async throws {
        let key = Secret(ProcessInfo.processInfo.environment[CaseTask.keyVariable] ?? "")
        let engine = try await LocalFimidara.open(
            LocalFimidara.Settings(directory: directory, rootname: RangeCase.rootname, adminSecret: key),
            clock: SystemClock(), entropy: SystemEntropy())
        try await upload(to: engine, key)
        let settings = try Settings(
            SettingsSource(flags: ["local_fimidara.port": "0"], environment: [:], file: nil))
        try await ChildServer.run(
            try FileStoreServer(EmbeddedFileStore(engine), settings: settings, logger: ChildServer.logger) { port in
                ChildServer.ready(port)
            })
    }

    private func upload(to engine: LocalFimidara, _ key: Secret) async throws {
        let path = (RangeCase.folder.segments + [RangeCase.fileName]).joined(separator: "%2F")
        let form = try Form(of: input)
        let response = try await engine.respond(
            to: StorageRequest(
                method: "POST", path: "/v1/files/uploadFile/\(path)",
                headers: [
                    "authorization": key.reveal { "Bearer \($0)" },
                    "content-type": "multipart/form-data; boundary=\(Form.boundary)",
                    "content-length": String(form.length),
                ], body: StorageBody(form)))
        guard response.status == 200 else { throw BenchError("the file store refuses the file: \(response.status)") }
    }
}

/// A file as the only part of a form.
private struct Form: AsyncSequence, Sendable {
    static let boundary = "logferry-bench"
    let path: String
    /// Bytes of the whole form.
    let length: Int64

    private static let head = Array(
        ("--\(boundary)\r\nContent-Disposition: form-data; name=\"data\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n").utf8)
    private static let end = Array("\r\n--\(boundary)--\r\n".utf8)

    init(of path: String) throws {
        self.path = path
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64 ?? 0
        length = Int64(Form.head.count) + size + Int64(Form.end.count)
    }

    func makeAsyncIterator() -> Pieces { Pieces(path: path) }

    /// Head, file and end, piece by piece.
    struct Pieces: AsyncIteratorProtocol {
        private let path: String
        private var file: FileHandle?
        private var isDone = false

        init(path: String) { self.path = path }

        mutating func next() async throws -> [UInt8]? {
            guard !isDone else { return nil }
            guard let file else {
                guard let opened = FileHandle(forReadingAtPath: path) else {
                    throw BenchError("\(path) cannot be read")
                }
                file = opened
                return Form.head
            }
            if let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { return Array(piece) }
            isDone = true
            return Form.end
        }
    }
}
