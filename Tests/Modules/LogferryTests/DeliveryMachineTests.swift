import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@testable import Logferry

@Suite("The delivery machine")
struct DeliveryMachineTests {
    /// Random answers to random batches: what was stored is what was delivered, in order, each number with one content.
    @Test("keeps its promises whatever the store answers", arguments: 0..<150)
    func property(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var settings = ShipperSettings(serverURL: "http://s", clientToken: Secret("t"))
        settings.appendsPerFile = Int.random(in: 1..<6, using: &random)
        var world = World(settings: settings, seed: seed)
        var lines = 0
        for seq in 1...40 {
            let count = Int.random(in: 1..<6, using: &random)
            world.enqueue(seq: UInt64(seq), lines: count, day: Int64.random(in: 0..<2, using: &random))
            lines += count
            for _ in 0..<Int.random(in: 0..<12, using: &random) { try world.step(&random, chaos: true) }
        }
        var rounds = 0
        while !world.machine.pending.isEmpty, rounds < 5000 {
            try world.step(&random, chaos: false)
            rounds += 1
        }
        #expect(world.machine.pending.isEmpty)
        #expect(world.delivered + world.dropped == lines)
        #expect(world.storedOnce >= world.delivered)
        #expect(world.sessionsOfUnknown.isEmpty, "a file was used again after an unknown outcome")
        var last: [String: UInt64] = [:]
        for id in world.deliveredIDs {
            #expect(id.seq > last[id.writer] ?? 0)
            last[id.writer] = id.seq
        }
    }

    /// A store whose answers are drawn by lot.
    private struct World {
        var machine: DeliveryMachine
        var bodies: [BatchID: Batch] = [:]
        var now = Duration.zero
        var delivered = 0
        var dropped = 0
        var deliveredIDs: [BatchID] = []
        var stored: [BatchID: Int] = [:]
        var unknownFiles: Set<String> = []
        var segments: Set<String> = []
        var sessionsOfUnknown: [String] = []
        let wall = Timestamp(milliseconds: 1_790_000_000_000)

        var storedOnce: Int { stored.values.reduce(0, +) }

        init(settings: ShipperSettings, seed: UInt64) {
            machine = DeliveryMachine(
                settings: settings, processID: "01jd000000000000000000000p",
                begin: Timestamp(milliseconds: 1_790_000_000_000), entropy: SeededEntropy(seed: seed))
        }

        mutating func enqueue(seq: UInt64, lines: Int, day: Int64) {
            let body = (0..<lines).map { "{\"n\":\(seq),\"i\":\($0)}\n" }.joined()
            let id = BatchID(writer: "01jd0000000000000000000000", seq: seq)
            let batch = Batch(id: id, day: CivilDay(number: day), lines: lines, body: Array(body.utf8))
            bodies[id] = batch
            machine.enqueue(batch.ticket)
        }

        mutating func step(_ random: inout SeededGenerator, chaos: Bool) throws {
            switch machine.next(now: now) {
            case .wait(let until): now = max(now, until ?? now) + .milliseconds(1)
            case .initialise:
                if chaos, Bool.random(using: &random) {
                    take(machine.initFailed(500, reason: "r", retryAfter: nil, now: now))
                } else {
                    let prefix = Int.random(in: 0..<10, using: &random) == 0 ? "q" : "p"
                    let text = #"{"serverURL":"http://s","token":"t","folderPath":"f","filePrefix":"\#(prefix)"}"#
                    machine.initSucceeded(
                        try #require(Credential(answer: Array(text.utf8))), now: now, wall: wall)
                }
            case .upload(let ticket, let file, let appends, _):
                #expect(machine.inFlight == ticket)
                if unknownFiles.contains(file) { sessionsOfUnknown.append(file) }
                if !appends { #expect(segments.insert(file).inserted) }
                answer(ticket, file, chaos ? Int.random(in: 0..<14, using: &random) : 0)
            }
        }

        mutating func answer(_ ticket: BatchTicket, _ file: String, _ lot: Int) {
            let statuses = [6: 401, 7: 403, 8: 404, 10: 429]
            switch lot {
            case 1, 2:
                stored[ticket.id] = ticket.lines
                unknownFiles.insert(file)
                take(machine.uploadFailed(SdkTransportError(mayHaveArrived: true, description: "lost"), now: now))
            case 3: take(machine.uploadFailed(SdkTransportError(mayHaveArrived: false, description: "no"), now: now))
            case 4, 5:
                unknownFiles.insert(file)
                respond(500, "ServerError")
            case 6, 7, 8, 10: respond(statuses[lot] ?? 0, "")
            case 9: respond(400, "UnsupportedOperationError")
            case 11 where stored[ticket.id] == nil: respond(413, "")
            case 12: respond(400, "ValidationError")
            default:
                stored[ticket.id] = ticket.lines
                respond(200, "")
            }
        }

        mutating func respond(_ status: Int, _ name: String) {
            let body = Array("{\"errors\":[{\"name\":\"\(name)\"}]}".utf8)
            take(machine.uploadAnswered(SdkResponse(status: status, body: body), now: now, wall: wall))
        }

        mutating func take(_ effects: [DeliveryMachine.Effect]) {
            for effect in effects {
                switch effect {
                case .delivered(let ticket, _):
                    delivered += ticket.lines
                    deliveredIDs.append(ticket.id)
                case .dropped(let ticket, _): dropped += ticket.lines
                case .failed(_, let wait): #expect(wait <= .seconds(901))
                case .segmentModeBegan: break
                case .split(let ticket):
                    guard let halves = bodies[ticket.id]?.halves() else { continue }
                    for half in [halves.first, halves.second] { bodies[half.ticket.id] = half }
                    machine.replace(ticket, with: [halves.first.ticket, halves.second.ticket])
                }
            }
        }
    }
}
