import CSimdJSON
import LogIngestion
import LogModel
import Synchronization

/// Scanners of C++ that wait for work, one of which is used by one scan at a time, and the names asked for last.
final class ScannerPool: Sendable {
    private let idle = Mutex<[ScanMachine]>([])
    private let latest = Mutex<(settings: ScanSettings, names: MemberNames)?>(nil)

    init() {}

    deinit {
        for machine in idle.withLock({ $0 }) { machine.free() }
    }

    /// An idle scanner, or a new one; `nil` when there is no memory for it.
    func take() -> ScanMachine? {
        idle.withLock { $0.popLast() } ?? ScanMachine()
    }

    func giveBack(_ machine: ScanMachine) {
        idle.withLock { $0.append(machine) }
    }

    /// The names that a scan asks for.
    ///
    /// Scan after scan asks for the same ones, and of a piece of some kilobytes making the list would be a good part of
    /// the work.
    func names(for settings: ScanSettings) -> MemberNames {
        latest.withLock { latest in
            if let latest, latest.settings == settings { return latest.names }
            let names = MemberNames(settings)
            latest = (settings, names)
            return names
        }
    }
}

/// A scanner of C++.
// @unchecked: it is owned; whoever takes it from the pool is its only user until it is given back.
@safe struct ScanMachine: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Makes one that knows the words and numbers of all levels.
    init?() {
        let words = Level.spellings.flatMap { level, words in words.map { (level, Array($0.utf8)) } }
        let text = words.flatMap { $0.1 }
        let numbers = (0..<1000).map { Level(number: Int64($0)).rawValue }
        let made: OpaquePointer? = unsafe text.withUnsafeBufferPointer { letters in
            var start = 0
            let rows = unsafe words.map { level, word in
                defer { start += word.count }
                return unsafe logferry_level_word(
                    word: letters.baseAddress.map { unsafe $0 + start }, length: word.count, code: level.rawValue)
            }
            return unsafe logferry_scanner_make(rows, rows.count, numbers)
        }
        guard let made = unsafe made else { return nil }
        unsafe handle = made
    }

    /// Ends it; nobody may use it afterwards.
    func free() { unsafe logferry_scanner_free(handle) }

    /// Scans the lines of a piece and fills the room's rows; those left undecided say so.
    /// - Returns: how many those are.
    func scan(
        _ lines: FramedLines, of bytes: Span<UInt8>, for names: MemberNames, into room: inout ScanRoom
    ) -> Int {
        let fields = room.fields
        return unsafe lines.withRows { rows in
            unsafe bytes.withUnsafeBufferPointer { text in
                unsafe names.withMembers { members in
                    unsafe room.withColumns { verdicts, timestamps, levels, fieldStarts, fieldLengths in
                        var piece = unsafe rows
                        unsafe piece.bytes = text.baseAddress
                        var found = unsafe logferry_found(
                            verdicts: verdicts, timestamps: timestamps, levels: levels, field_starts: fieldStarts,
                            field_lengths: fieldLengths, field_count: fields)
                        return unsafe logferry_scan(handle, &piece, members.baseAddress, members.count, &found)
                    }
                }
            }
        }
    }
}

extension FramedLines {
    /// Gives the rows as C knows them, without the bytes, for as long as `body` runs.
    fileprivate func withRows<Result>(_ body: (logferry_lines) -> Result) -> Result {
        unsafe kindCodes.withUnsafeBufferPointer { kinds in
            unsafe starts.withUnsafeBufferPointer { starts in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe separators.withUnsafeBufferPointer { separators in
                        unsafe body(
                            logferry_lines(
                                bytes: nil, kinds: kinds.baseAddress, starts: starts.baseAddress,
                                lengths: lengths.baseAddress, separators: separators.baseAddress, rows: count,
                                line_kind: Kind.line.rawValue))
                    }
                }
            }
        }
    }
}
