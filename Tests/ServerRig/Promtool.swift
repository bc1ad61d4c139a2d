import Foundation

/// Prometheus' tool that checks and tries rules; no server is started.
public enum Promtool {
    /// Where it is; `nil` where it is missing, which `Tests/run` sees to.
    public static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return folders.map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Why a test that needs it is left out.
    public static let isMissing = "promtool is missing: install Debian's package prometheus, as Tests/run does"

    /// Runs it.
    /// - Returns: what it writes.
    /// - Throws: ``ProgramError`` with what it says when it finds something wrong.
    @discardableResult
    public static func run(_ arguments: [String]) async throws -> String {
        guard let path else { throw ProgramError(isMissing) }
        return try await RunningProgram.run(path, arguments)
    }
}
