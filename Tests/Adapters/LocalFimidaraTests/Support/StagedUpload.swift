import LocalFimidaraAdapter
import Testing

/// An upload that has sent a part of its content and waits.
struct StagedUpload: Sendable {
    private let form: Form
    private let sent: Int
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let task: Task<Answer, any Error>

    /// Starts an upload of `content`, sends its first `sent` bytes, and returns when it has the lock of the file.
    init(
        to path: String, of content: String, sending sent: Int, append: Bool, create: Bool = false,
        session: String? = nil, token: String = TestStore.adminSecret, in store: TestStore
    ) async throws {
        form = Form(content)
        self.sent = sent
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        self.continuation = continuation
        let request = StorageRequest(
            method: "POST", path: "/v1/files/uploadFile/\(path)",
            headers: form.headers(append: append, create: create, session: session, token: token),
            body: StorageBody(stream))
        task = Task { try await store.send(request) }
        continuation.yield(form.head + form.content.prefix(sent))
        for _ in 0..<5000 {
            if try await store.details(path).flag("file", "write", "available") == false { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("the upload to \(path) did not begin")
    }

    /// Sends the rest and gives the answer.
    @discardableResult
    func finish() async throws -> Answer {
        continuation.yield(form.content.dropFirst(sent) + form.tail)
        continuation.finish()
        return try await task.value
    }

    /// Breaks the connection and waits until the store has dealt with that.
    func breakConnection() async {
        struct Broken: Error {}
        continuation.finish(throwing: Broken())
        _ = await task.result
    }

    /// Cancels the request as a listener does when the client goes away.
    func cancel() async {
        task.cancel()
        _ = await task.result
    }

    /// What became of the request, without more bytes.
    var outcome: Result<Answer, any Error> {
        get async { await task.result }
    }
}
