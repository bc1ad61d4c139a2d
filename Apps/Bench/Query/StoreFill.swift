import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import SeededNumbers
import StoreSupport

/// The records that are asked for: hour by hour over thirty days, of four apps, each with a file a day.
struct StoreFill: Sendable {
    /// How many records there are in all, roughly; the hours have whole numbers.
    let records: Int

    /// The first moment of the records.
    static let start = Timestamp(nanoseconds: 1_793_577_600_000_000_000)
    /// The first moment behind the records.
    static var end: Timestamp { moment(hour: days * 24) }
    /// A moment so many hours after the start.
    static func moment(hour: Int) -> Timestamp {
        Timestamp(nanoseconds: start.nanoseconds + Int64(hour) * 3_600_000_000_000)
    }

    private static let days = 30
    /// How many tenths of the records are of each app; the first is the one that is asked for.
    private static let shares = [("bench-shop", 4), ("bench-mail", 3), ("bench-bank", 2), ("bench-blog", 1)]

    /// Makes the records in a store, unless they are there.
    /// - Returns: the app that is asked for.
    func run(_ store: any LogStore, progress: (Int) -> Void) async throws -> AppID {
        var apps: [(app: AppID, share: Int)] = []
        for (index, (name, share)) in StoreFill.shares.enumerated() {
            let known = try await store.app(named: AppName(unchecked: name))
            if let known {
                apps.append((known.id, share))
            } else {
                let id = AppID.mint(at: StoreFill.start, from: SeededEntropy(seed: UInt64(index)))
                try await store.add(
                    RegisteredApp(id: id, name: AppName(unchecked: name), createdAt: StoreFill.start))
                apps.append((id, share))
            }
        }
        let found = try await count(apps.map(\.app), in: store)
        guard found != expected else { return apps[0].app }
        guard found == 0 else { throw UnknownRecords(found: found, expected: expected) }
        let owner = OwnerID.mint(at: StoreFill.start, from: SeededEntropy(seed: 99))
        var done = 0
        for day in 0..<StoreFill.days {
            var files: [DayFile] = []
            for (index, entry) in apps.enumerated() {
                let claim = try await claim(day, entry.app, owner, in: store)
                let share = perHour(entry.share)
                files.append(DayFile(claim, share: share, seed: UInt64(records) ^ UInt64(day * 8 + index) << 32))
            }
            for hour in day * 24..<(day + 1) * 24 {
                let outcomes = try await store.commit(files.indices.map { files[$0].step(hour: hour) })
                guard outcomes.allSatisfy({ $0 == .applied }) else { throw NothingStored() }
                done += files.reduce(0) { $0 + $1.share }
            }
            try await store.release(files.map(\.claim))
            progress(done)
        }
        return apps[0].app
    }

    /// How many records there are when all are there.
    var expected: Int { StoreFill.shares.reduce(0) { $0 + perHour($1.1) } * StoreFill.days * 24 }

    private func perHour(_ share: Int) -> Int { max(records * share / 10 / (StoreFill.days * 24), 1) }

    private func count(_ apps: [AppID], in store: any LogStore) async throws -> Int {
        var count: Int64 = 0
        for app in apps { count += try await store.count(.init(app: app)) }
        return Int(count)
    }

    private func claim(_ day: Int, _ app: AppID, _ owner: OwnerID, in store: any LogStore) async throws -> Claim {
        let civil = CivilDay(of: StoreFill.moment(hour: day * 24))
        let request = ClaimRequest(
            source: SourceID("bench:\(app)"), object: ObjectKey("web-\(civil).ndjson"), app: app, identity: "bench",
            size: 0, day: civil, fileIndex: 1)
        let outcome = try await store.claim([request], by: owner, for: .seconds(86_400)).first
        guard case .claimed(let claim) = outcome else { throw NothingStored() }
        return claim
    }
}

/// One app's file of one day, which grows by the hour.
private struct DayFile {
    let claim: Claim
    /// How many lines come in an hour.
    let share: Int
    private var maker: LineMaker
    private var chance: SplitMix64
    private var assembler: ObjectAssembler

    init(_ claim: Claim, share: Int, seed: UInt64) {
        self.claim = claim
        self.share = share
        maker = LineMaker(seed: seed)
        chance = SplitMix64(seed: ~seed)
        assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 1 << 20, scanner: PortableScanner(),
            settings: ScanSettings())
    }

    /// The lines of an hour, nearly in the order of their times, as from many threads, and received at its end.
    mutating func step(hour: Int) -> ObjectStep {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(share * 330)
        let first = StoreFill.moment(hour: hour).nanoseconds
        let distance = 3_600_000_000_000 / Int64(share)
        for line in 0..<Int64(share) {
            let late = Int64(chance.next() % UInt64(max(distance, 50_000_000)))
            let moment = min(first + line * distance + late, first + 3_599_999_999_999)
            maker.add(at: Timestamp(nanoseconds: moment / 1000 * 1000), to: &bytes)
        }
        let received = Timestamp(nanoseconds: first + 3_599_999_999_999)
        let output = assembler.take(bytes, isEnd: false, at: received)
        return ObjectStep(
            move: Move(generation: claim.generation, from: output.from, epoch: claim.epoch, to: output.progress),
            app: claim.cursor.app, records: output.records, rejects: output.rejects, receivedAt: received)
    }
}

/// Bytes that follow from a seed.
private struct SeededEntropy: Entropy {
    let seed: UInt64

    func bytes(_ count: Int) -> [UInt8] {
        var numbers = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next() >> 32) }
    }
}

/// The store did not take what it was given.
struct NothingStored: Error, CustomStringConvertible {
    let description = "the store refused records: is another program at work in it?"
}

/// The store holds other records than those that are asked for.
struct UnknownRecords: Error, CustomStringConvertible {
    let found: Int
    let expected: Int
    var description: String { "the store holds \(found) records of these apps, not \(expected): give an empty one" }
}
