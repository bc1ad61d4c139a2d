import BlockingExecutor
import Foundation

/// The process that serves the file of a range path; its calls block a thread of its own.
actor ServedFiles {
    private let thread = DedicatedThread(name: "file-store")
    private var child: ChildProcess?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Starts the process and waits until the file is there, for as long as `limit` at most.
    /// - Returns: the port that it listens on.
    func start(_ input: String, in directory: String, key: String, limit: Duration) throws -> Int {
        let child = try ChildProcess(
            "/proc/self/exe", ["serve-files", "--input", input, "--directory", directory],
            environment: [CaseTask.keyVariable: key], limit: limit)
        self.child = child
        guard let words = try child.line()?.split(separator: " "), words.count == 2, words[0] == "ready",
            let port = Int(words[1])
        else {
            _ = try child.finish()
            throw BenchError("the file store did not start")
        }
        return port
    }

    /// Ends the process, which waits for nothing but its input.
    func stop() throws {
        _ = try child?.finish(within: .seconds(30))
        child = nil
    }
}
