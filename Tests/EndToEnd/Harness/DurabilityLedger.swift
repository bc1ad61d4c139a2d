import Testing

/// What of a folder a disk must have by the time of an acknowledgement, reckoned from system calls alone.
struct DurabilityLedger {
    let trace: SystemCallTrace
    /// Below which folder things count.
    let folder: String
    /// Files that are none of durability's business, by the ends of their names.
    ///
    /// A lock holds nothing. SQLite makes its `-shm` anew after a crash; its database file is not what a commit rests
    /// on: that is the write-ahead log, and a checkpoint is synchronised before the log begins anew.
    var ignored = ["-shm", "/lock", ".sqlite"]
    /// Which writes into a file matter.
    var matters: (SystemCallTrace.Call) -> Bool = { _ in true }

    private static let writing: Set = ["write", "pwrite64", "writev", "pwritev", "ftruncate"]
    private static let naming: Set = ["openat", "mkdir", "link", "linkat", "rename", "renameat", "renameat2"]

    /// The writes into files of the folder between two moments.
    func writes(after start: Int = -1, before end: Int = .max, to name: String = "") -> [SystemCallTrace.Call] {
        trace.calls.filter { call in
            DurabilityLedger.writing.contains(call.name) && call.ended > start && call.began < end
                && counts(call.target) && call.target?.contains(name) == true && matters(call)
        }
    }

    /// The synchronisations of a file or a folder between two moments.
    func syncs(after start: Int = -1, before end: Int = .max, of name: String = "") -> [SystemCallTrace.Call] {
        trace.calls.filter { call in
            ["fsync", "fdatasync"].contains(call.name) && call.began > start && call.ended < end
                && call.target?.contains(name) == true
        }
    }

    /// What is written, made or named by a moment and would not be there after a power cut at it.
    func owed(at moment: Int) -> [String] {
        var last: [String: SystemCallTrace.Call] = [:]
        for call in writes(before: moment) {
            guard let file = call.target else { continue }
            if let known = last[file], known.ended > call.ended { continue }
            last[file] = call
        }
        let gone = removed(before: moment)
        let contents = last.filter { file, call in
            gone[file, default: -1] < call.ended && !isSynced(file, after: call.ended, before: moment)
        }.keys
        let names = made(before: moment).filter { path, ended in
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            return gone[path, default: -1] < ended && !isSynced(parent, after: ended, before: moment)
        }.keys
        return contents.map { "the contents of \($0)" }.sorted() + names.map { "the name of \($0)" }.sorted()
    }

    private func counts(_ path: String?) -> Bool {
        guard let path else { return false }
        return path.hasPrefix(folder) && !ignored.contains { path.hasSuffix($0) }
    }

    private func isSynced(_ path: String, after start: Int, before end: Int) -> Bool {
        syncs(after: start, before: end, of: path).contains { $0.target == path }
    }

    /// Names that were made, each with the moment of the first time: what is opened again was there already.
    private func made(before moment: Int) -> [String: Int] {
        var made: [String: Int] = [:]
        let gone = removals()
        for call in trace.calls where DurabilityLedger.naming.contains(call.name) && call.began < moment {
            guard call.name != "openat" || call.words.contains("O_CREAT"),
                let path = call.paths.last, counts(path)
            else { continue }
            let isFirst = made[path].map { first in gone.contains { $0.path == path && $0.at > first } } ?? true
            if isFirst || call.name != "openat" { made[path] = call.ended }
        }
        return made
    }

    private func removals() -> [(path: String, at: Int)] {
        trace.calls.compactMap { call in
            guard ["unlink", "unlinkat", "rename", "renameat", "renameat2"].contains(call.name) else { return nil }
            return call.paths.first.map { ($0, call.ended) }
        }
    }

    private func removed(before moment: Int) -> [String: Int] {
        removals().filter { $0.at < moment }.reduce(into: [:]) { $0[$1.path] = $1.at }
    }

    /// Successful answers over HTTP from a port of ours, by the moments in which they began.
    func answers(from port: Int, _ status: String = "20") -> [Int] {
        trace.calls.filter { call in
            ["write", "writev", "sendto", "sendmsg"].contains(call.name)
                && call.target?.contains("TCP:[127.0.0.1:\(port)-") == true && call.words.contains("HTTP/1.1 \(status)")
        }.map(\.began).sorted()
    }
}
