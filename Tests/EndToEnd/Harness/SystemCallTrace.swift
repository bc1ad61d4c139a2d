import Foundation
import Glibc
import ServerRig

/// The system calls of a process and its threads, as strace has written them down.
struct SystemCallTrace {
    /// One call that returned without an error.
    struct Call {
        let name: String
        /// The lines in which it began and returned; what happened between is not known.
        let began: Int
        let ended: Int
        /// What the first argument's descriptor stands for, or `nil` when it is none.
        let target: String?
        /// The arguments and the result, as they were written.
        let words: String

        /// Texts between quotation marks: the paths that a call names.
        var paths: [String] {
            words.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        /// What the call gave.
        var result: String { words.range(of: " = ", options: .backwards).map { String(words[$0.upperBound...]) } ?? "" }
    }

    let calls: [Call]

    init(calls: [Call]) { self.calls = calls }

    init(_ text: String) {
        var calls: [Call] = []
        var unfinished: [Substring: (line: Int, words: String)] = [:]
        for (line, row) in text.split(separator: "\n").enumerated() {
            guard let space = row.firstIndex(of: " ") else { continue }
            let process = row[..<space]
            let words = row[space...].drop { $0 == " " }
            if words.hasSuffix("<unfinished ...>") {
                unfinished[process] = (line, String(words.dropLast(16)))
            } else if words.hasPrefix("<... "), let end = words.range(of: " resumed>") {
                guard let start = unfinished.removeValue(forKey: process) else { continue }
                calls += Call(start.words + words[end.upperBound...], began: start.line, ended: line).map { [$0] } ?? []
            } else {
                calls += Call(String(words), began: line, ended: line).map { [$0] } ?? []
            }
        }
        self.calls = calls.sorted { $0.ended < $1.ended }
    }

    /// What is asked of strace: the calls that make, change, name and synchronise files, and those that answer.
    static func arguments(to file: String, _ program: [String]) -> [String] {
        [
            "-f", "-yy", "-s", "120", "-e",
            "trace=openat,mkdir,link,linkat,rename,renameat,renameat2,unlink,unlinkat,write,pwrite64,writev,pwritev,"
                + "sendto,sendmsg,fsync,fdatasync,ftruncate", "-o", file,
        ] + program
    }

    static let program = "/usr/bin/strace"

    /// Whether this machine lets a process be traced.
    static func isPermitted() async -> Bool {
        guard access(program, X_OK) == 0,
            let probe = try? RunningProgram(
                ["-f", "-o", "/dev/null", "/bin/true"], folder: NSTemporaryDirectory(), program: program)
        else { return false }
        defer { probe.forget() }
        return (try? await probe.wait()) == 0
    }

    /// The process that was traced, which strace itself would let go of rather than end.
    static func tracee(_ text: String) -> pid_t? {
        text.split(separator: " ", maxSplits: 1).first.flatMap { pid_t($0) }
    }
}

extension SystemCallTrace.Call {
    /// Reads `name(arguments) = result`; `nil` for what is no call, or failed.
    fileprivate init?(_ words: String, began: Int, ended: Int) {
        guard let bracket = words.firstIndex(of: "("), !words.hasPrefix("+++"), !words.hasPrefix("---"),
            let equals = words.range(of: " = ", options: .backwards), words[equals.upperBound...].first != "-",
            words[equals.upperBound...].first != "?"
        else { return nil }
        name = String(words[..<bracket])
        self.words = String(words[words.index(after: bracket)...])
        self.began = began
        self.ended = ended
        let first = self.words.prefix { $0 != "," && $0 != ")" }
        if let open = first.firstIndex(of: "<") {
            // Of a connection, `TCP:[HERE->THERE]`, what stands before the arrow is enough.
            target = String(self.words[self.words.index(after: open)...].prefix { $0 != ">" })
        } else {
            target = nil
        }
    }
}
