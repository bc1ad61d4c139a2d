import Glibc

/// What the kernel says of this process.
struct ProcessFigures {
    /// Processor time used, in seconds.
    let cpuSeconds: Double
    /// When it started, in seconds since 1970.
    let startTime: Double
    /// Memory that is in RAM, in bytes.
    let residentBytes: Double
    /// Address space, in bytes.
    let virtualBytes: Double
    /// How many file descriptors are open.
    let openFiles: Double
    /// How many may be open.
    let maxFiles: Double

    /// Reads the figures; `nil` where there is no `/proc`.
    static func read() -> ProcessFigures? {
        guard let stat = contents(of: "/proc/self/stat"), let system = contents(of: "/proc/stat"),
            // The name of the program stands in parentheses and may hold anything; what counts comes behind it.
            let fields = stat.lastIndex(of: ")").map({ stat[$0...].split(separator: " ") }), fields.count > 22,
            let user = Double(fields[12]), let kernel = Double(fields[13]), let started = Double(fields[20]),
            let virtual = Double(fields[21]), let resident = Double(fields[22]),
            let boot = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })?.split(separator: " "),
            boot.count == 2, let bootTime = Double(boot[1])
        else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFigures(
            cpuSeconds: (user + kernel) / ticks, startTime: bootTime + started / ticks,
            residentBytes: resident * Double(sysconf(Int32(_SC_PAGESIZE))), virtualBytes: virtual,
            openFiles: Double(openFileCount()), maxFiles: Double(limit.rlim_cur))
    }

    /// A file of `/proc`, which has no size that could be asked for.
    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20 {
            let count = Glibc.read(file, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func openFileCount() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Neither the two names of folders nor the descriptor that this loop reads by.
        return max(0, count - 3)
    }
}
