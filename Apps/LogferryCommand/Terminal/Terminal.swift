import Foundation
import Glibc
import LogModel
import Logging
import Synchronization

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

    /// Writes a line to standard output; what a terminal would obey is written out, since a pipe may end at one.
    static func line(_ text: String) {
        write(Array((visibleText(text) + "\n").utf8))
    }

    /// Writes a line of JSON to standard output; what a terminal would obey is an escape in it, of the same value.
    static func json(_ value: [UInt8]) {
        write(visibleJSON(value) + [0x0A])
    }

    /// Where words go of a service whose standard error is a log of entries.
    private static let entries = Mutex<(log: Logger, withComplaints: Bool)?>(nil)

    /// Writes words as entries of a log from now on.
    /// - Parameters:
    ///   - log: the log.
    ///   - withComplaints: whether what is wrong becomes entries as well.
    static func writeEntries(to log: Logger, withComplaints: Bool) {
        entries.withLock { $0 = (log, withComplaints) }
    }

    /// Whether words are entries of a log.
    static var writesEntries: Bool { entries.withLock { $0 != nil } }

    /// Writes a line of words to standard error; what a terminal would obey is written out, line breaks included.
    static func say(_ words: String) {
        if let entries = entries.withLock({ $0 }) {
            entries.log.notice("\(URLCredentials.removed(fromText: words))")
            return
        }
        write(Array((visibleText(words) + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes lines of words to standard error.
    static func say(lines: String) {
        let shown = lines.split(separator: "\n", omittingEmptySubsequences: false).map { visibleText(String($0)) }
        write(Array((shown.joined(separator: "\n") + "\n").utf8), to: STDERR_FILENO)
    }

    /// Whether the reader of standard output is gone, which a writer learns at its next write otherwise.
    static var isOutputClosed: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        guard poll(&output, 1, 0) > 0 else { return false }
        return Int32(output.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
    }

    /// Writes words about something that is wrong to standard error.
    static func complain(_ words: String) {
        let shown = URLCredentials.removed(fromText: words)
        guard let entries = entries.withLock({ $0 }), entries.withComplaints else {
            write(Array((visibleText("logferry: \(shown)") + "\n").utf8), to: STDERR_FILENO)
            return
        }
        let warning = "warning: "
        if shown.hasPrefix(warning) {
            entries.log.warning("\(shown.dropFirst(warning.count))")
        } else {
            entries.log.error("\(shown)")
        }
    }

    /// Shows a passing line of progress, when people look; it is cut to the width of the terminal, else its rest would
    /// stay behind.
    static func progress(_ words: String) {
        var shown = visibleCell(words)
        let width = width - 1
        while displayWidth(shown) > width, !shown.isEmpty { shown.removeLast() }
        write(Array("\r\u{1B}[K\(shown)".utf8), to: STDERR_FILENO)
    }

    /// Whether standard output is a terminal that shows colours, and nobody asked for none (no-color.org).
    static var showsColors: Bool {
        let environment = ProcessInfo.processInfo.environment
        return showsOutput && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// What time it is on this machine.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// How many columns the terminal of standard error has; 80 when it does not say.
    private static var width: Int { width(of: STDERR_FILENO) ?? 80 }

    /// How many columns the terminal of standard output has; `nil` when it does not say.
    static var outputWidth: Int? { width(of: STDOUT_FILENO) }

    private static func width(of file: Int32) -> Int? {
        var size = winsize()
        guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return nil }
        return Int(size.ws_col)
    }

    /// The time of this place, as the environment's `TZ` or the machine says.
    static let localTime = MomentStyle.local { moment in
        var seconds = time_t(moment.milliseconds / 1000)
        var parts = tm()
        return localtime_r(&seconds, &parts) == nil ? 0 : parts.tm_gmtoff
    }

    /// Whether somebody is there who can be asked.
    static let canAsk = readsTerminal && showsWords

    /// Asks a question on the terminal; only `yes` or `y` is a yes.
    static func asks(_ question: String) -> Bool {
        write(Array("\(visibleText(question)) [y/N] ".utf8), to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Writes bytes to standard output, for callers that have something to do when they are lost.
    /// - Throws: ``OutputLost``.
    static func attempt(_ bytes: [UInt8]) throws(OutputLost) { try put(bytes, STDOUT_FILENO) }

    private static func write(_ bytes: [UInt8], to file: Int32) {
        do throws(OutputLost) {
            try put(bytes, file)
        } catch {
            // What is written to standard error is for people. That nobody gets it, as when the disk of a log is full,
            // neither keeps a service from its work nor changes what came of a command.
            guard file == STDOUT_FILENO else { return }
            // Who closes a pipe has seen enough.
            if error.isClosedPipe { exit(ExitStatus.success.rawValue) }
            complain("\(error)")
            exit(ExitStatus.outputLost.rawValue)
        }
    }

    private static func put(_ bytes: [UInt8], _ file: Int32) throws(OutputLost) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count >= 0 {
                start += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Another program that has the same pipe or terminal made it so; it takes bytes again in a while.
                var waiting = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            default: throw OutputLost(code: errno)
            }
        }
    }
}

/// Standard output cannot be written.
struct OutputLost: Error, CustomStringConvertible {
    /// The system's number of the error.
    let code: Int32

    /// Whether it is a pipe that nobody reads any more.
    var isClosedPipe: Bool { code == EPIPE }

    var description: String {
        let reason = code == EBADF ? "it is closed" : String(cString: strerror(code))
        return "standard output cannot be written: \(reason)"
    }
}
