import Foundation

/// Looks at the memory of a process every few milliseconds.
struct MemoryWatch {
    private let watch: Task<Int, Never>

    /// Looks from now on.
    init(of process: pid_t) {
        watch = Task {
            var peak = 0
            while !Task.isCancelled {
                peak = max(peak, anonymousMemory(of: process))
                try? await Task.sleep(for: .milliseconds(5))
            }
            return peak
        }
    }

    /// Ends the watch.
    /// - Returns: the most bytes that the process held of its own.
    func peak() async -> Int {
        watch.cancel()
        return await watch.value
    }
}

/// The bytes of a process that no file stands behind; 0 when it is gone.
func anonymousMemory(of process: pid_t) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
        let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return kibibytes << 10
}
