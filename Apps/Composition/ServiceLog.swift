import Glibc
import LogModel
public import Logging
import SystemAdapter
import TelemetryAdapter

/// The service's own log, on standard error.
public enum ServiceLog {
    /// A logger of a component.
    public static func logger(_ label: String, level: Logger.Level, isJSON: Bool) -> Logger {
        let output = LogOutput(
            label: label, level: level, isJSON: isJSON, now: { SystemClock().now().rfc3339 },
            write: { line in
                // One write per entry, so that entries of several threads do not mix.
                let bytes = Array(URLCredentials.removed(fromText: line).utf8)
                _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            })
        let start = ContinuousClock.now
        let limiter = RepeatLimiter(output) { ContinuousClock.now - start }
        return Logger(label: label) { _ in limiter }
    }
}
