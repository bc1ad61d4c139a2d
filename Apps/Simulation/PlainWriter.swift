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
            if line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}"),
                line.count <= world.settings.maxLineBytes
            {
                good.insert(line)
            }
            bytes += line + [0x0A]
        }
        guard world.onceIn(3), bytes.count > 2 else { return await append(bytes, to: place, good: good) }
        let cut = 1 + world.below(bytes.count - 1)
        await append(Array(bytes[..<cut]), to: place, good: good)
        await world.scheduler.pass(world.span(10, 9000))
        await append(Array(bytes[cut...]), to: place, good: [])
    }

    private func line(_ mark: String) -> [UInt8] {
        switch world.below(20) {
        case 0: return []
        case 1: return Array("no JSON \(number).\(mark)".utf8)
        case 2: return Array(#"{"long":"\#(String(repeating: "x", count: 300))"}"#.utf8)
        default:
            // Times of events lie in any order.
            let moment = World.begin.advanced(by: world.scheduler.now - world.span(0, 60_000))
            let padding = String(repeating: "-", count: world.below(60))
            return Array(#"{"timestamp":"\#(moment.rfc3339)","mark":"\#(number).\#(mark)","pad":"\#(padding)"}"#.utf8)
        }
    }

    private func append(_ bytes: [UInt8], to place: World.FilePlace, good: Set<[UInt8]>) async {
        world.ledgers[place, default: FileLedger()].content += bytes
        world.ledgers[place, default: FileLedger()].goodLines.formUnion(good)
        world.note("plain\(number)", "appends \(bytes.count) bytes to \(place.name)")
        await world.files.append(bytes, to: place.name, in: app.text)
    }

    /// Does what appending writers do not: puts another file in the place of one, changes it or cuts it.
    private func injure(_ place: World.FilePlace) async {
        guard var ledger = world.ledgers[place] else { return }
        ledger.injuries += 1
        let fresh = line("new.\(ledger.injuries)")
        if fresh.first == UInt8(ascii: "{"), fresh.count <= world.settings.maxLineBytes {
            ledger.goodLines.insert(fresh)
        }
        let content = PlainWriter.banner + [0x0A] + fresh + [0x0A]
        switch world.below(3) {
        case 0:
            ledger.content = content
            world.note("plain\(number)", "FAULT replaces \(place.name)")
            await world.files.replace(place.name, in: app.text, with: content)
        case 1:
            ledger.content = content
            world.note("plain\(number)", "FAULT rewrites \(place.name)")
            await world.files.rewrite(place.name, in: app.text, with: content)
        default:
            let size = world.below(ledger.content.count + 1)
            ledger.content = Array(ledger.content.prefix(size))
            world.note("plain\(number)", "FAULT cuts \(place.name) to \(size) bytes")
            await world.files.truncate(place.name, in: app.text, to: size)
        }
        world.ledgers[place] = ledger
    }
}
