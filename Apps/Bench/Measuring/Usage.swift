import CAllocationCount
import Foundation

/// What has been used up to a moment; two of them give what was used between.
struct Usage {
    /// Nanoseconds of a clock that only moves on.
    let wall: Int64
    /// Processor time in nanoseconds, user and system.
    let processor: Int64
    /// How often memory was asked for; of a process a little less, see `logferry_allocations_of_all_threads`.
    let allocations: Int64

    /// What the calling thread has used.
    static func ofThread() -> Usage {
        Usage(
            wall: clock(CLOCK_MONOTONIC), processor: clock(CLOCK_THREAD_CPUTIME_ID),
            allocations: Int64(logferry_allocations_of_this_thread()))
    }

    /// What the process has used.
    static func ofProcess() -> Usage {
        Usage(
            wall: clock(CLOCK_MONOTONIC), processor: clock(CLOCK_PROCESS_CPUTIME_ID),
            allocations: Int64(logferry_allocations_of_all_threads()))
    }

    /// Bytes of memory that this process had at most.
    ///
    /// What `wait4` tells is no less than what the parent had when it started the child, so the child tells it.
    static func peakMemory() throws -> Int64 {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kilobytes = line.flatMap({ Int64($0.filter(\.isNumber)) }) else {
            throw BenchError("the peak of memory cannot be read from /proc/self/status")
        }
        return kilobytes * 1024
    }

    static func - (later: Usage, earlier: Usage) -> Usage {
        Usage(
            wall: later.wall - earlier.wall, processor: later.processor - earlier.processor,
            allocations: later.allocations - earlier.allocations)
    }

    private static func clock(_ id: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
