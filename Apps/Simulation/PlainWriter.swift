import DeterministicExecutor
import InMemoryAdapter
import LogIngestion
import LogModel

/// An application that appends lines to a file of its own, without an SDK.
struct PlainWriter: Sendable {
    let world: World
    let app: AppID
    let number: Int

    /// The line that every file begins with.
    static let banner = Array(#"{"message":"the service has started"}"#.utf8)

    /// Writes until the storm is over.
    func write(until end: Duration) async {
        var count = 0
        while world.scheduler.now < end {
            await world.scheduler.pass(world.span(100, 4000))
            let day = CivilDay(of: World.begin.advanced(by: world.scheduler.now))
            let place = World.FilePlace(app: app, name: "plain\(number)-\(day).ndjson")
            if world.ledgers[place] == nil {
                await append(PlainWriter.banner + [0x0A], to: place, good: [PlainWriter.banner])
            }
            if number == 0, world.strikes(onceIn: 10) {
                await injure(place)
            } else {
                count += 1
                await writeLines(count, to: place)
            }
        }
    }

    /// One to four lines, in one append or two.
    private func writeLines(_ count: Int, to place: World.FilePlace) async {
        var bytes: [UInt8] = []
        var good: Set<[UInt8]> = []
        for part in 0...world.below(4) {
            let line = self.line("\(count).\(part)")
            if isGood(line) { good.insert(line) }
            bytes += line + [0x0A]
        }
        guard world.onceIn(3), bytes.count > 2 else { return await append(bytes, to: place, good: good) }
        let cut = 1 + world.below(bytes.count - 1)
        let injuries = world.ledgers[place]?.injuries
        await append(Array(bytes[..<cut]), to: place, good: good)
        await world.scheduler.pass(world.span(10, 9000))
        // Where the disk lost the first half, the process that had the other one is gone as well.
        guard world.ledgers[place]?.injuries == injuries else { return }
        await append(Array(bytes[cut...]), to: place, good: [])
    }

    private func line(_ mark: String) -> [UInt8] {
        switch world.below(20) {
        case 0: return []
        case 1: return Array("no JSON \(number).\(mark)".utf8)
        case 2: return Array(#"{"long":"\#(String(repeating: "x", count: 300))"}"#.utf8)
        default:
            // Times of events lie in any order. No 32 bytes of a line are those of another one: a seam between two reads
            // tells contents apart by no fewer.
            let moment = World.begin.advanced(by: world.scheduler.now - world.span(0, 60_000))
            let padding = String(repeating: "\(mark) ", count: world.below(9))
            let text = #"{"time":\#(moment.nanoseconds / 1_000_000),"mark":"\#(number).\#(mark)","pad":"\#(padding)"}"#
            return Array(text.utf8)
        }
    }

    private func append(_ bytes: [UInt8], to place: World.FilePlace, good: Set<[UInt8]>) async {
        world.ledgers[place, default: FileLedger()].goodLines.formUnion(good)
        world.note("plain\(number)", "appends \(bytes.count) bytes to \(place.name)")
        await world.append(bytes, to: place)
    }

    private func injure(_ place: World.FilePlace) async {
        let fresh = line("new.\(world.ledgers[place]?.injuries ?? 0)")
        if isGood(fresh) { world.ledgers[place]?.goodLines.insert(fresh) }
        let content = PlainWriter.banner + [0x0A] + fresh + [0x0A]
        switch world.below(3) {
        case 0: await world.injure(place, .replaced(content))
        case 1: await world.injure(place, .rewritten(content))
        default: await world.injure(place, .cut(world.below(1001)))
        }
    }

    private func isGood(_ line: [UInt8]) -> Bool {
        line.first == UInt8(ascii: "{") && line.last == UInt8(ascii: "}") && line.count <= world.settings.maxLineBytes
    }
}
