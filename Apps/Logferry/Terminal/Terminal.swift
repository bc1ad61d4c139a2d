import Foundation
import Glibc
import LogModel

/// Data goes to standard output, words go to standard error.
enum Terminal {
    /// Whether people look at standard output.
    static let showsOutput = isatty(STDOUT_FILENO) == 1
    /// Whether people look at standard error.
    static let showsWords = isatty(STDERR_FILENO) == 1

    /// Whether people type standard input.
    static let readsTerminal = isatty(STDIN_FILENO) == 1

    /// Writes bytes to standard output; when nobody reads them any more, the program ends.
    static func write(_ bytes: [UInt8]) {
        write(bytes, to: STDOUT_FILENO)
    }

    /// Writes a line to standard output, control characters escaped when people look at it.
    static func line(_ text: String) {
        write(Array(((showsOutput ? visibleText(text) : text) + "\n").utf8))
    }

    /// Writes words to standard error.
    static func say(_ words: String) {
        write(Array((words + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes words about something that is wrong to standard error.
    static func complain(_ words: String) {
        say("logferry: \(visibleText(URLCredentials.removed(fromText: words)))")
    }

    /// Shows a passing line of progress, when people look.
    static func progress(_ words: String) {
        write(Array("\r\u{1B}[K\(visibleText(words))".utf8), to: STDERR_FILENO)
    }

    private static func write(_ bytes: [UInt8], to file: Int32) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                exit((errno == EPIPE ? ExitStatus.success : ExitStatus.failure).rawValue)
            }
            start += count
        }
    }
}
