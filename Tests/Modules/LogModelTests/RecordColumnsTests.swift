import LogModel
import Testing

@Suite("Record columns")
struct RecordColumnsTests {
    @Test("a row is what was appended")
    func rows() {
        var columns = RecordColumns(over: Array("abcdef".utf8), capacity: 2)
        #expect(columns.isEmpty && columns.count == 0)
        columns.append(1..<4, offset: 100, lineNumber: 7, timestamp: -5, level: 9, flags: [.wrapped, .timeOfReceipt])
        columns.append(4..<4, offset: 200, lineNumber: 8, timestamp: 6, level: 0, flags: [])
        #expect(columns.count == 2 && columns.range(0) == 1..<4 && columns.range(1) == 4..<4)
        #expect(columns.offsets == [100, 200] && columns.lineNumbers == [7, 8] && columns.timestamps == [-5, 6])
        #expect(columns.levels == [9, 0] && columns.flags == [3, 0] && columns.lineBytes == 3)
    }

    @Test("the bits of flags never change their meaning")
    func flags() {
        #expect(RecordFlags.timeOfReceipt.rawValue == 1)
        #expect(RecordFlags.wrapped.rawValue == 2)
        #expect(RecordFlags.unterminated.rawValue == 4)
    }
}
