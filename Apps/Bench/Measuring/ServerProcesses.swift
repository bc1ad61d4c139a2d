import Foundation

/// The processes of a server of this machine: the one that listens on a port, and all that come from it.
struct ServerProcesses: Sendable {
    private let root: pid_t

    /// Finds the server that listens on a TCP port.
    /// - Returns: `nil` when nobody does, or when the processes of others may not be looked at.
    init?(listeningOn port: Int) {
        let sockets = ServerProcesses.sockets(listeningOn: port)
        guard !sockets.isEmpty else { return nil }
        let owners = Set(ProcessList.all().filter { ServerProcesses.holds(sockets, $0.pid) }.map(\.pid))
        // A server's workers may hold the socket too; the one whose parent does not is the first of them.
        guard let first = ProcessList.all().first(where: { owners.contains($0.pid) && !owners.contains($0.parent) })
        else { return nil }
        root = first.pid
    }

    /// Nanoseconds of processor time that the server has used, its ended processes included, to the hundredth of a
    /// second, which is as exact as the system counts.
    ///
    /// A process that ends hands its time to the one that started it, so the sum never falls.
    func processorTime() -> Int64 {
        let all = ProcessList.all()
        var family: Set<pid_t> = [root]
        while true {
            let more = all.filter { family.contains($0.parent) && !family.contains($0.pid) }
            if more.isEmpty { break }
            family.formUnion(more.map(\.pid))
        }
        let ticks = all.filter { family.contains($0.pid) }.reduce(0) { $0 + $1.ticks }
        return ticks * 1_000_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func sockets(listeningOn port: Int) -> Set<String> {
        var found: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let rows = (try? String(contentsOfFile: table, encoding: .utf8)) ?? ""
            for row in rows.split(separator: "\n").dropFirst() {
                let fields = row.split(separator: " ")
                // 0A is a socket that listens.
                guard fields.count > 9, fields[3] == "0A", let place = fields[1].split(separator: ":").last,
                    Int(place, radix: 16) == port
                else { continue }
                found.insert("socket:[\(fields[9])]")
            }
        }
        return found
    }

    private static func holds(_ sockets: Set<String>, _ pid: pid_t) -> Bool {
        let folder = "/proc/\(pid)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.contains { file in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)")).map(sockets.contains)
                ?? false
        }
    }
}

/// What `/proc` says of all processes.
private struct ProcessList {
    let pid: pid_t
    let parent: pid_t
    /// Ticks of processor time, user and system, of the process and of its children that have ended.
    let ticks: Int64

    static func all() -> [ProcessList] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap(ProcessList.init)
    }

    /// Reads `/proc/PID/stat`; `nil` when the process has ended meanwhile.
    init?(_ pid: pid_t) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            // The name stands in parentheses and may hold anything.
            let name = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 14, let parent = pid_t(fields[1]) else { return nil }
        self.pid = pid
        self.parent = parent
        ticks = fields[11...14].reduce(0) { $0 + (Int64($1) ?? 0) }
    }
}
