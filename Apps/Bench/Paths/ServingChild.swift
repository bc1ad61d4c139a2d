import BlockingExecutor
import Foundation

/// A process of this program that serves something over HTTP; its calls block a thread of their own.
actor ServingChild {
    private let thread = DedicatedThread(name: "server")
    private var child: ChildProcess?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Starts the process and waits until it says `ready PORT`, for as long as `limit` at most.
    /// - Returns: the port that it listens on.
    func start(_ arguments: [String], environment: [String: String] = [:], limit: Duration) throws -> UInt16 {
        let child = try ChildProcess("/proc/self/exe", arguments, environment: environment, limit: limit)
        self.child = child
        guard let words = try child.line()?.split(separator: " "), words.count == 2, words[0] == "ready",
            let port = UInt16(words[1])
        else {
            _ = try child.finish()
            throw BenchError("\(arguments[0]) did not start")
        }
        return port
    }

    /// What the process has used since its start.
    func use() throws -> ServerUse {
        try child?.write("used\n")
        guard let line = try child?.line() else { throw BenchError("the server does not say what it used") }
        return try JSONDecoder().decode(ServerUse.self, from: Data(line.utf8))
    }

    /// Ends the process, which waits for nothing but its input.
    func stop() throws {
        _ = try child?.finish(within: .seconds(30))
        child = nil
    }
}
