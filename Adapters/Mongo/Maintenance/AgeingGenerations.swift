import LogMaintenance
import LogModel

/// A generation that may hold something that goes.
struct AgeingGeneration: Sendable {
    let id: GenerationID
    let app: AppID
    let rewoundFrom: Int64
    /// What its cursor says that it has taken, or more than nothing when it was put back; some may have gone.
    let records: Int64
    let hasRejects: Bool
    /// The first offset to look at.
    let from: Int64
    /// Whether its records are worth a look; else its rejects are.
    fileprivate(set) var hasOldRecords = false

    /// Whether its first record tells how old it is: not where others were put in front of older ones.
    var isToldByFirst: Bool { from == 0 && rewoundFrom == 0 && records > 0 }

    fileprivate init(_ cursor: BSONDocument, from place: RetentionPlace?) throws(MalformedDocument) {
        id = GenerationID(try cursor.number("_id"))
        app = AppID(unchecked: try cursor.text("app"))
        rewoundFrom = try cursor.number("rewound_from")
        // What is put back removes no record.
        records = max(try cursor.number("records"), min(rewoundFrom, 1))
        // Nor any reject, before its bytes are judged anew.
        hasRejects = try cursor.number("rejects") > 0 || rewoundFrom > 0
        from = id == place?.generation ? place?.offset ?? 0 : 0
    }
}

/// The generations that a step is about, as they are outside of its transaction.
///
/// Most generations hold nothing old. They are told by their first records, for many in one round trip, which no
/// transaction allows. What has changed meanwhile is found by the next look.
struct AgeingGenerations: Sendable {
    /// Those that may hold something that goes.
    private(set) var worthALook: [AgeingGeneration] = []
    /// Where to go on behind them; `nil` when there are no more.
    private(set) var next: GenerationID?

    /// The most generations that a step reads the cursors of.
    static let limit = 256

    /// Finds generations with about `rows` rows to look at.
    init(_ plan: RetentionPlan, from place: RetentionPlace?, rows: Int, _ client: MongoClient) throws {
        let most = min(rows, AgeingGenerations.limit)
        let cursors = try client.all(
            .find(
                Collection.cursors, ["_id": ["$gte": .int64(place?.generation.number ?? 0)]],
                [
                    "sort": ["_id": 1], "limit": BSONValue(most + 1),
                    "projection": ["app": 1, "rewound_from": 1, "records": 1, "rejects": 1],
                ]))
        let all = try cursors.map { try AgeingGeneration($0, from: place) }
        let active = try client.activeApps(all.map(\.app))
        let ends = all.map { active.contains($0.app) ? plan.end(of: $0.app) : nil }
        var ages = FirstRecords(zip(all, ends).filter { $1 != nil && $0.isToldByFirst }.map(\.0.id), client)
        var budget = Int64(rows)
        for (index, (found, end)) in zip(all, ends).enumerated() {
            guard index < most, budget > 0 else {
                next = found.id
                return
            }
            guard let end else { continue }
            var generation = found
            generation.hasOldRecords =
                try found.isToldByFirst ? ages.receipt(of: found.id).map { $0 < end } ?? false : found.records > 0
            guard generation.hasOldRecords || (generation.hasRejects && generation.from == 0) else { continue }
            worthALook.append(generation)
            budget -= 1 + (generation.hasOldRecords ? generation.records : 0)
        }
    }
}

/// When the first records of generations were received, found out for some at a time when it is asked for.
private struct FirstRecords {
    private let client: MongoClient
    private var generations: ArraySlice<GenerationID>
    private var receipts: [GenerationID: Timestamp] = [:]
    /// How many are looked at in the next round trip: few at first, since they may turn out to be more than enough.
    private var chunk = 4

    private static let chunkLimit = 64

    init(_ generations: [GenerationID], _ client: MongoClient) {
        self.generations = generations[...]
        self.client = client
    }

    /// Of one of the generations, each later than the one that was asked for before; `nil` when it has no record.
    mutating func receipt(of generation: GenerationID) throws -> Timestamp? {
        while let first = generations.first, first <= generation {
            receipts = try client.firstReceipts(of: Array(generations.prefix(chunk)))
            generations = generations.dropFirst(chunk)
            chunk = min(chunk * 2, FirstRecords.chunkLimit)
        }
        return receipts[generation]
    }
}

extension MongoClient {
    /// Which of some apps are there and not deleted.
    func activeApps(_ apps: [AppID]) throws -> Set<AppID> {
        let ids = Set(apps).map { BSONValue.string($0.text) }
        let found = try all(
            .find(
                Collection.apps, ["_id": ["$in": .array(ids)], "is_active": true], ["projection": ["_id": 1]]))
        return Set(try found.map { AppID(unchecked: try $0.text("_id")) })
    }
}
