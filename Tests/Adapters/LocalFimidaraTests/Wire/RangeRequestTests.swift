import Testing

@testable import LocalFimidaraAdapter

@Suite("Byte ranges")
struct RangeRequestTests {
    @Test(
        "are resolved in a file of 10 bytes",
        arguments: [
            ("bytes=0-3", [0...3]), ("bytes=9-9", [9...9]), ("bytes=5-", [5...9]), ("bytes=8-99", [8...9]),
            ("bytes=-4", [6...9]), ("bytes=-99", [0...9]), ("bytes= 0-3 , 5-6", [0...3, 5...6]),
            ("bytes=5-6,0-7", [0...7, 5...6]), ("BYTES=1-1", [1...1]),
        ] as [(String, [ClosedRange<Int64>])])
    func resolve(header: String, expected: [ClosedRange<Int64>]) throws {
        #expect(try RangeRequest(header: header).resolved(in: 10) == expected)
    }

    @Test(
        "that cannot be satisfied are refused with the file's size",
        arguments: [
            "bytes=10-", "bytes=10-12", "bytes=9-5", "bytes=-0", "bytes=0-3,10-", "lines=0-3", "bytes=abc", "bytes=",
            "bytes", "", "bytes=1.5-3", "bytes=--5", "bytes=1-2-3", "bytes=,", "bytes=+1-2",
            "bytes=99999999999999999999-", "bytes=" + Array(repeating: "0-0", count: 101).joined(separator: ","),
        ])
    func refuse(header: String) {
        #expect(throws: StorageFailure.unsatisfiable(size: 10)) { try RangeRequest(header: header).resolved(in: 10) }
    }

    @Test("of an empty file are never satisfied", arguments: ["bytes=0-", "bytes=-1", "bytes=0-0"])
    func refuseInEmptyFile(header: String) {
        #expect(throws: StorageFailure.unsatisfiable(size: 0)) { try RangeRequest(header: header).resolved(in: 0) }
    }
}
