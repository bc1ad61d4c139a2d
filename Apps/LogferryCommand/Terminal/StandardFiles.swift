import Foundation
import Glibc

/// The files that a process begins with, and how many it may have.
enum StandardFiles {
    /// Puts something in the place of standard input, output and error that are closed.
    ///
    /// The next file or connection that is opened would get their numbers else, and what is written for people would go
    /// into the store. What stands in for input and output cannot be used, so that those who need it learn of it.
    static func fill() {
        for (file, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
        where fcntl(file, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", flags)
        }
    }

    /// Makes writing to a connection or a pipe that nobody reads an error of that one, and not the end of the process.
    static func keepClosedPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Takes as many descriptors as this process may have, where less is the default: each connection is one.
    /// - Returns: what to say when those are too few to start; `nil` when they are enough.
    static func takeDescriptors() -> String? {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return nil }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
        // Where it cannot be had, connections are refused earlier.
        _ = setrlimit(kind, &limit)
        guard getrlimit(kind, &limit) == 0 else { return nil }
        // Each processor has an event loop, which has three and ends the process when it cannot have them.
        let needed = rlim_t(32 + 4 * ProcessInfo.processInfo.activeProcessorCount)
        guard limit.rlim_cur < needed else { return nil }
        return "this process may open \(limit.rlim_cur) files at a time and needs \(needed): raise the limit "
            + "(ulimit -n, LimitNOFILE of systemd)"
    }
}
