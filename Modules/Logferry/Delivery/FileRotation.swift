package import LogModel

/// Decides which file each batch goes to.
///
/// Day files are appended to until an append's outcome is unknown, until they have had enough appends, or until the
/// credential's prefix changes. In segment mode each attempt has a file of its own.
package struct FileRotation: Sendable {
    /// How batches become files.
    package enum Mode: Sendable, Hashable {
        /// Batches are appended to day files.
        case append
        /// Each batch is a file.
        case segment
    }

    private struct DayFile {
        var number: Int
        var appends = 0
        var segments = 0

        mutating func leaveFile() {
            number += 1
            appends = 0
        }
    }

    /// How many appends go to one file.
    package let appendsPerFile: Int
    /// How batches become files.
    package private(set) var mode = Mode.append
    private var days: [CivilDay: DayFile] = [:]
    private var prefix: String?
    private let begin: Timestamp?

    /// A rotation before its first file.
    ///
    /// - Parameters:
    ///   - appendsPerFile: how many appends go to one file.
    ///   - begin: when this process began, if earlier processes had the same prefix; `nil` for a prefix of its own.
    package init(appendsPerFile: Int, after begin: Timestamp? = nil) {
        self.appendsPerFile = appendsPerFile
        self.begin = begin
    }

    /// The file for the next attempt on this day.
    package mutating func file(for day: CivilDay, prefix: String) -> String {
        if let old = self.prefix, old != prefix {
            for key in days.keys { days[key]?.leaveFile() }
        }
        self.prefix = prefix
        var file = days[day] ?? DayFile(number: firstNumber(of: day))
        defer { days[day] = file }
        switch mode {
        case .append:
            if file.appends >= appendsPerFile { file.leaveFile() }
            file.appends += 1
            return file.number == 1 ? "\(prefix)-\(day).ndjson" : "\(prefix)-\(day)-\(file.number).ndjson"
        case .segment:
            file.segments += 1
            let digits = String(file.segments)
            return "\(prefix)-\(day)-s\(String(repeating: "0", count: max(0, 8 - digits.utf8.count)))\(digits).ndjson"
        }
    }

    /// The number of this process's first file of a day.
    ///
    /// A process that was killed may have left an append half done at the end of its last file, where nothing may
    /// follow. Whoever takes over its prefix cannot ask which file that was, since its credential reads nothing, so it
    /// begins at a number that rises by ten a second: faster than any process changes files.
    private func firstNumber(of day: CivilDay) -> Int {
        guard let begin else { return 1 }
        let tenths = (begin.nanoseconds - day.start.nanoseconds) / 100_000_000
        return Int(min(max(10_000_000 + tenths, 2), 99_000_000))
    }

    /// Leaves a day's file: nobody knows what an append did to it.
    package mutating func outcomeUnknown(on day: CivilDay) { days[day]?.leaveFile() }

    /// Gives each batch a file of its own from here on.
    package mutating func beginSegments() { mode = .segment }
}
