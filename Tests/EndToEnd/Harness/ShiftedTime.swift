import Foundation
import Glibc
import ServerRig

/// A time of day that a process sees shifted, by a preloaded library; the time that passes is the machine's.
///
/// libfaketime does not do here: it shifts the deadlines of `timerfd_settime` whatever clock they go by, so that tasks
/// that sleep by passing time, as Swift's do, sleep for as long as the shift is.
final class ShiftedTime: Sendable {
    private let file: String
    private let library: String

    /// Compiles the library into a folder.
    static func compiled(in folder: String) async throws -> String {
        try await PreloadedLibrary.compiled("ShiftedTime/shifted_time.c", in: folder)
    }

    /// Keeps the shift in a file of a folder, where servers with users of their own can read it.
    init(library: String, in folder: String) throws {
        self.library = library
        file = folder + "/shift-" + UUID().uuidString
        try shift(hours: 0)
    }

    /// Lets the time of day step to so many hours from the machine's, and go on from there.
    func shift(hours: Int64) throws { try write(hours * 3_600_000_000_000, 0) }

    /// Lets the time of day stand still at this moment.
    func standStill() throws {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        try write(0, Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
    }

    private func write(_ shift: Int64, _ still: Int64) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        let count = withUnsafeBytes(of: (shift, still)) { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == 16 else { throw HarnessError("\(file) cannot be written") }
    }

    /// What a process must be started with.
    var environment: [String: String] { ["LD_PRELOAD": library, "SHIFTED_TIME_FILE": file] }
}
