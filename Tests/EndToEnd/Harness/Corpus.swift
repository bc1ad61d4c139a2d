import Foundation
import SeededNumbers

/// Real log lines where they are at hand, else lines of our own making.
enum Corpus {
    /// The folder of real log lines, if there is one: `$LOGFERRY_SHARED/data`, or `shared/data` beside the package.
    private static let folder: String? = {
        let root = ((#filePath as NSString).deletingLastPathComponent as NSString).appendingPathComponent("../../../..")
        let shared = ProcessInfo.processInfo.environment["LOGFERRY_SHARED"] ?? root + "/shared"
        return FileManager.default.fileExists(atPath: shared + "/data") ? shared + "/data" : nil
    }()

    /// Each corpus by its name.
    static let files: [(name: String, bytes: [UInt8])] = {
        guard let folder else { return [("made", made(lines: 5000, seed: 1))] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".ndjson") }.sorted().map { name in
            (name, Array(FileManager.default.contents(atPath: folder + "/" + name) ?? Data()))
        }
    }()

    /// Whether ``files`` are real.
    static var isReal: Bool { folder != nil }

    /// Lines with numbers, text beyond ASCII and lengths from tens to thousands of bytes.
    static func made(lines: Int, seed: UInt64) -> [UInt8] {
        var random = Dice(seed: seed)
        var bytes: [UInt8] = []
        for number in 0..<lines {
            let filler = String(
                repeating: ["x", "é", "漢", "🚢"][random.roll(4)], count: random.roll(10) == 0 ? 700 : 20)
            let level = ["info", "warn", "error", "debug"][random.roll(4)]
            bytes += Array(
                #"{"timestamp":"2026-11-20T10:00:\#(10 + number % 50).\#(100 + number % 900)Z","level":"\#(level)","n":\#(number),"text":"\#(filler)"}"#
                    .utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}

/// Numbers that can be rolled again.
struct Dice: RandomNumberGenerator {
    private var numbers: SplitMix64

    init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 { numbers.next() }

    /// A number from 0 to below `sides`.
    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &self) }
}

/// How much is done: small by default, all of it in a soak.
enum Counts {
    static let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"
    static func of(_ small: Int, soak: Int) -> Int { isSoak ? soak : small }
}
