import Foundation
import InMemoryAdapter
import LogModel
import Logferry
import SdkRig
import Testing

/// Known failures of log SDKs, by their number in the list that this SDK was built against.
@Suite("Defects that this SDK must not have", .timeLimit(.minutes(6)))
struct DefectTests {
    @Test("S1: the first three inits fail, the fourth works, and all lines that waited arrive")
    func s1FailedInitIsForgotten() async {
        let rig = ShipperRig()
        rig.store.scriptInit(nil, SdkResponse(status: 500), SdkResponse(status: 429, headers: [("Retry-After", "60")]))
        for number in 0..<10 { rig.shipper.log(Numbered(number)) }
        await rig.passingTime { await rig.shipper.flush() }
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<10))
        #expect(rig.store.inits.count == 4)
    }

    @Test("S2: while init fails the buffer stays within its bounds and drops are reported")
    func s2BufferIsBounded() async {
        let rig = ShipperRig { ($0.maxLines, $0.maxBytes, $0.maxLineBytes) = (1000, 20_000, 200) }
        rig.store.scriptInit(SdkResponse(status: 401))
        for number in 0..<100_000 { rig.shipper.log(Numbered(number)) }
        let statistics = await rig.shipper.statistics()
        #expect(statistics.pending <= 1000 && statistics.accepted == 100_000)
        #expect(statistics.dropped == [.bufferFull: 100_000 - statistics.pending])
        await rig.passingTime { await rig.shipper.flush() }
        #expect(Numbered.number(rig.found.lines.last ?? "") == 99_999)
    }

    @Test("S3: the deadline is the oldest line's, so steady traffic is sent in time")
    func s3AgeOfTheOldest() async {
        let rig = ShipperRig { $0.maxAge = .seconds(1) }
        rig.shipper.log(Numbered(0))
        await rig.ticks.waitForSleepers()
        rig.ticks.advance(by: .milliseconds(500))
        rig.shipper.log(Numbered(1))
        #expect(rig.store.uploads.isEmpty)
        rig.ticks.advance(by: .milliseconds(500))
        await rig.until { !rig.store.stored.isEmpty }
        #expect(rig.found.lines.count == 2)
    }

    @Test("S4: lines logged during a flush go out by themselves, and a flush sends all logged before it")
    func s4FlushMeansEverything() async {
        let rig = ShipperRig { ($0.batchLines, $0.maxAge) = (100, .seconds(1)) }
        for number in 0..<100 { rig.shipper.log(Numbered(number)) }
        let first = Task { await rig.shipper.flush() }
        await rig.until { rig.store.uploads.count == 1 }
        for number in 100..<150 { rig.shipper.log(Numbered(number)) }
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 150)
        await first.value
        rig.shipper.log(Numbered(150))
        await rig.passingTime(by: .seconds(1)) { await rig.until { rig.found.lines.count == 151 } }
    }

    @Test("S5: an append whose reply was lost is found once, in its own day's file")
    func s5LostReply() async {
        let rig = ShipperRig()
        rig.store.script(.storeThenLose, .storeThenLose, .storeThenAnswer(500))
        for number in 0..<5 { rig.shipper.log(Numbered(number)) }
        await rig.passingTime { await rig.shipper.flush() }
        #expect(rig.store.stored.count == 4 && Set(rig.found.batches.map(\.id)).count == 1)
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<5))
        #expect(rig.store.uploads.allSatisfy { $0.file.hasPrefix("prefix-2026-09-21") })
    }

    @Test(
        "S6: no status loses a batch that could still be delivered",
        arguments: [401, 403, 404, 409, 413, 429, 500, 503])
    func s6NoLossByStatus(_ status: Int) async {
        let rig = ShipperRig()
        rig.store.script(.refuse(status), .refuse(status))
        for number in 0..<8 { rig.shipper.log(Numbered(number)) }
        await rig.passingTime { await rig.shipper.flush() }
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<8))
        #expect(await rig.shipper.statistics().dropped.isEmpty)
    }

    @Test("S7: one value that cannot be encoded costs a marker, not the batch")
    func s7UnencodableValue() async {
        final class Cycle: Encodable {
            var me: Cycle?
        }
        let cycle = Cycle()
        cycle.me = cycle
        let rig = ShipperRig()
        for number in 0..<99 { rig.shipper.log(Numbered(number)) }
        rig.shipper.log(cycle)
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 100 && rig.found.lines[99].contains("[nested too deep]"))
        cycle.me = nil
    }

    @Test("S8: any value can be logged, and none is changed")
    func s8AnyValue() async {
        let rig = ShipperRig()
        let entry = ["a": 1]
        rig.shipper.log("x")
        rig.shipper.log(String?.none)
        rig.shipper.log(entry)
        rig.shipper.log(json: Array("no json".utf8))
        rig.shipper.log([1, 2])
        await rig.shipper.flush()
        let heads = rig.found.lines.map { $0.prefix { $0 != "," } }
        #expect(
            heads == [#"{"message":"x""#, #"{"message":null"#, #"{"a":1"#, #"{"message":"no json""#, #"{"message":[1"#])
        #expect(entry == ["a": 1])
    }

    @Test("S9: an error keeps its type, its description and its members")
    func s9Errors() async {
        struct Broken: Error, Encodable, CustomStringConvertible {
            var part = "pump"
            var description: String { "the \(part) is broken" }
        }
        let rig = ShipperRig()
        rig.shipper.log("m", error: Broken())
        await rig.shipper.flush()
        let line = rig.found.lines.first ?? ""
        #expect(line.contains(#""message":"the pump is broken","details":{"part":"pump"}}"#))
        #expect(line.contains("Broken\"") && line.contains("\"level\":\"error\""))
    }

    @Test("S10: a process that logs once and shuts down has its line delivered at once")
    func s10ShutdownDelivers() async {
        let rig = ShipperRig { $0.maxAge = .seconds(3600) }
        rig.shipper.log(Numbered(0))
        let statistics = await rig.shipper.shutdown(within: .seconds(5))
        #expect(statistics.delivered == 1 && rig.found.lines.count == 1)
        #expect(rig.ticks.sleeping == 0)
    }

    @Test("S11: every time that the SDK writes is RFC 3339 text")
    func s11OneFormOfTime() async {
        let rig = ShipperRig()
        rig.shipper.log("now")
        rig.shipper.log(["timestamp": Date(timeIntervalSince1970: 1_789_990_000)])
        await rig.shipper.flush()
        #expect(rig.found.lines[0].contains(#""timestamp":"2026-09-21T14:13:20Z""#))
        #expect(rig.found.lines[1] == #"{"timestamp":"2026-09-21T11:26:40Z"}"#)
    }
}
