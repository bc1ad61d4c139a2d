import CSimdJSON
import LogIngestion

/// The members that a scan asks for, each name once, with all that it is asked for.
struct MemberNames {
    /// The names, one behind the other.
    let text: [UInt8]
    /// Where each name is in `text`, and what it is asked for.
    let members: [Member]

    struct Member {
        let start: Int
        let length: Int
        var timeRank = UInt16(LOGFERRY_NONE)
        var levelRank = UInt16(LOGFERRY_NONE)
        var field = UInt16(LOGFERRY_NONE)
    }

    init(_ settings: ScanSettings) {
        var text: [UInt8] = []
        var members: [Member] = []
        func note(_ name: [UInt8], _ change: (inout Member) -> Void) {
            let known = members.firstIndex { text[$0.start..<$0.start + $0.length].elementsEqual(name) }
            if known == nil {
                members.append(Member(start: text.count, length: name.count))
                text += name
            }
            change(&members[known ?? members.count - 1])
        }
        func rank(_ index: Int) -> UInt16 { UInt16(clamping: min(index, Int(LOGFERRY_NONE) - 1)) }
        // Of a name that is there twice the better rank counts.
        for (index, name) in settings.timestampKeys.enumerated() {
            note(name) { $0.timeRank = min($0.timeRank, rank(index)) }
        }
        for (index, name) in settings.levelKeys.enumerated() {
            note(name) { $0.levelRank = min($0.levelRank, rank(index)) }
        }
        for (index, name) in settings.fields.enumerated() { note(name) { $0.field = rank(index) } }
        self.text = text
        self.members = members
    }

    /// Gives the members as C knows them, for as long as `body` runs.
    func withMembers<Result>(_ body: (UnsafeBufferPointer<logferry_member>) -> Result) -> Result {
        unsafe text.withUnsafeBufferPointer { names in
            let rows = unsafe members.map { member in
                unsafe logferry_member(
                    name: names.baseAddress.map { unsafe $0 + member.start }, length: UInt32(member.length),
                    time_rank: member.timeRank, level_rank: member.levelRank, field: member.field)
            }
            return unsafe rows.withUnsafeBufferPointer(body)
        }
    }
}

/// Arrays that a scan fills.
struct ScanRoom {
    var verdicts: [UInt8]
    var timestamps: [Int64]
    var levels: [UInt8]
    var fieldStarts: [Int32]
    var fieldLengths: [Int32]
    let fields: Int

    init(rows: Int, fields: Int) {
        verdicts = Array(repeating: UInt8(LOGFERRY_LINE_UNDECIDED), count: rows)
        timestamps = Array(repeating: ScanColumns.noTime, count: rows)
        levels = Array(repeating: 0, count: rows)
        fieldStarts = Array(repeating: -1, count: rows * fields)
        fieldLengths = Array(repeating: 0, count: rows * fields)
        self.fields = fields
    }
}

extension ScanRoom {
    /// Gives the rows as C fills them, for as long as `body` runs.
    mutating func withColumns<Result>(
        _ body: (
            UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int64>?, UnsafeMutablePointer<UInt8>?,
            UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?
        ) -> Result
    ) -> Result {
        unsafe verdicts.withUnsafeMutableBufferPointer { verdicts in
            unsafe timestamps.withUnsafeMutableBufferPointer { timestamps in
                unsafe levels.withUnsafeMutableBufferPointer { levels in
                    unsafe fieldStarts.withUnsafeMutableBufferPointer { starts in
                        unsafe fieldLengths.withUnsafeMutableBufferPointer { lengths in
                            unsafe body(
                                verdicts.baseAddress, timestamps.baseAddress, levels.baseAddress, starts.baseAddress,
                                lengths.baseAddress)
                        }
                    }
                }
            }
        }
    }
}
