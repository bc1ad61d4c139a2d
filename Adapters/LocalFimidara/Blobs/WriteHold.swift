/// One request's hold on the lock of a file.
final class WriteHold: Sendable {
    let file: String
    /// The upload session, or the agent when no session was named.
    let holder: String
    private let ending: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init(file: String, holder: String) {
        self.file = file
        self.holder = holder
        (ending, continuation) = AsyncStream.makeStream(of: Never.self)
    }

    /// Makes ``waitForEnd()`` return.
    func end() {
        continuation.finish()
    }

    /// Returns when the hold was ended, or the task is cancelled.
    func waitForEnd() async {
        for await _ in ending {}
    }
}
