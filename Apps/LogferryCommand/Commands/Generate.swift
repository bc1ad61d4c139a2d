import ArgumentParser
import Foundation
import Generation

/// Log lines that follow from a seed.
struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write log lines that look like those of services, to try things with.",
        discussion: """
            The lines are NDJSON and follow from the seed: the same seed gives the same bytes on every machine. Each \
            begins with "seq", its number from 0, so that what is lost or doubled on a way can be seen, and has a \
            "timestamp" and a "level". There are requests of web servers, events of services and figures of machines.

            EXAMPLES
              logferry generate --mib 256 --out app.ndjson  a file of 256 MiB at most
              logferry generate --mib 1 --seed 7 | wc -l    to standard output
            """)

    @Option(parsing: .unconditional, help: "How many MiB at most; no line is cut.")
    var mib: Int

    @Option(parsing: .unconditional, help: "What the lines follow from.")
    var seed: UInt64 = 1

    @Option(help: "The file, which must not be there yet; without it lines go to standard output.")
    var out: String?

    func validate() throws {
        guard (1...1 << 20).contains(mib) else { throw ValidationError("--mib is from 1 to 1048576.") }
    }

    func run() async throws {
        var generator = LogGenerator(seed: seed)
        guard let out else { return generator.lines(upTo: Int64(mib) << 20) { Terminal.write($0) } }
        let file = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw FileNotMade(description: "\(out): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        try generator.lines(upTo: Int64(mib) << 20) { try handle.write(contentsOf: Data($0)) }
        try handle.close()
    }
}

/// A file that cannot be made.
private struct FileNotMade: Error, CustomStringConvertible {
    let description: String
}
