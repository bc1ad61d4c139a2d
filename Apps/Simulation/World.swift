import AppRegistry
import DeterministicExecutor
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel

/// All that one seed's actors share: time, chance, what is stored, and what is known of who did what.
final class World: @unchecked Sendable {
    // @unchecked: the world lives on the scheduler's one thread.

    let scheduler: DeterministicScheduler
    let ticks: ScheduledClock
    let parts: SimulatedParts
    let entropy: SeededEntropy
    let files = InMemoryFileStore()
    let storeClock: SimulatedWallClock
    let store: InMemoryStore
    let locks: InMemoryStore
    private(set) var apps: [RegisteredApp] = []
    var settings = IngestionSettings()
    /// Whether faults strike.
    var isStormy = true
    /// What has become of the plain files, by app and name.
    var ledgers: [FilePlace: FileLedger] = [:]
    /// What SDKs were given and what they promised, by app.
    var sdk: [AppID: SdkLedger] = [:]
    /// Whether peers fall silent now and again: they take a call and never answer it.
    let hasSilentPeers: Bool
    /// Whether the file store syncs some time after it has acknowledged bytes.
    let syncsLate: Bool
    /// How often the file store went down.
    var storeCrashes = 0
    /// What a file store that syncs late was given lately: when, and how long the file was before.
    var unsynced: [FilePlace: [(at: Duration, size: Int)]] = [:]
    /// Where each generation's cursor stands, as applied commits say.
    var positions: [GenerationID: Int64] = [:]
    /// When each generation's cursor last moved.
    var movedAt: [GenerationID: Duration] = [:]
    /// What files held before they were last appended to.
    var earlier: [FilePlace: [FileState]] = [:]
    /// Files of which an older state is shown.
    var older: [FilePlace: OlderState] = [:]
    /// When each file last lost bytes.
    var cutAt: [FilePlace: Duration] = [:]
    /// How old records become, if they do not stay.
    let retention: Upkeep.Retention?
    /// What was committed, where records do not stay.
    var taken: [TakenRecord] = []
    /// What was received before may have gone; and what may have gone though a follower had not seen it.
    var mayGo = Timestamp(nanoseconds: .min)
    var mayGoUnseen = Timestamp(nanoseconds: .min)
    /// What was received before has to be gone at the end.
    var oldestKept: Timestamp?
    var recordsJudged = 0
    private(set) var violations: [Simulation.Violation] = []
    private(set) var trace: [String] = []
    private let isTraced: Bool
    private var chance: SeededChance

    /// A record as it was committed.
    struct TakenRecord: Sendable {
        let app: AppID
        let record: FollowedRecord
        let receivedAt: Timestamp
    }

    /// A file of an app.
    struct FilePlace: Hashable, Comparable {
        let app: AppID
        let name: String

        static func < (left: FilePlace, right: FilePlace) -> Bool {
            (left.app.text, left.name) < (right.app.text, right.name)
        }
    }

    /// The day that the story begins in ends a minute after its begin.
    static let begin = CivilDay(text: "2026-11-21").map { $0.start.advanced(by: .seconds(-60)) } ?? .epoch

    init(seed: UInt64, parts: SimulatedParts, isTraced: Bool) {
        scheduler = DeterministicScheduler(seed: seed)
        ticks = ScheduledClock(scheduler)
        self.parts = parts
        self.isTraced = isTraced
        chance = SeededChance(seed: seed ^ 0xA5A5_5A5A_0F0F_F0F0)
        hasSilentPeers = seed % 3 == 0
        syncsLate = chance.below(3) == 0
        if chance.below(3) == 0 {
            let age = Duration.milliseconds(10_000 + chance.below(40_000))
            retention = Upkeep.Retention(age: age, patience: .milliseconds(5000 + chance.below(40_000)))
        } else {
            retention = nil
        }
        entropy = SeededEntropy(seed: seed &+ 1)
        storeClock = SimulatedWallClock(scheduler, start: World.begin)
        store = InMemoryStore(clock: storeClock)
        locks = InMemoryStore(clock: storeClock)
        settings.maxLineBytes = 200
        settings.chunkBytes = 512 + below(1024)
        settings.bytesInFlight = 16_384
        settings.fairShareBytes = 512 + below(4000)
        settings.parallelObjects = 1 + below(4)
        settings.parallelApps = 1 + below(3)
        settings.claimLease = .seconds(5)
        settings.sealGrace = .seconds(40)
        settings.replaceAfter = .seconds(8)
        settings.revisitAfter = .seconds(2)
        settings.turnTime = .seconds(4)
        parts.settings(&settings)
    }

    func addApp(_ name: String) async {
        let app = RegisteredApp(
            id: AppID.mint(at: World.begin, from: entropy), name: AppName(unchecked: name), createdAt: World.begin)
        apps.append(app)
        do { try await store.add(app) } catch { violate(.standstill, "\(error)") }
    }

    // MARK: - Chance

    func below(_ bound: Int) -> Int { chance.below(bound) }

    /// Whether something happens that does once in `times`.
    func onceIn(_ times: Int) -> Bool { chance.below(times) == 0 }

    /// Whether a fault strikes that does once in `times` while the world is stormy.
    func strikes(onceIn times: Int) -> Bool { isStormy && chance.below(times) == 0 }

    /// A span between two numbers of milliseconds.
    func span(_ least: Int, _ most: Int) -> Duration { .milliseconds(least + chance.below(most - least + 1)) }

    // MARK: - Notes

    /// Notes what an actor did.
    func note(_ actor: String, _ words: @autoclosure () -> String) {
        guard isTraced else { return }
        let (seconds, attoseconds) = scheduler.now.components
        let thousandths = String(attoseconds / 1_000_000_000_000_000 + 1000).dropFirst()
        let padding = String(repeating: " ", count: max(1, 10 - actor.utf8.count))
        trace.append("\(seconds).\(thousandths)  \(actor)\(padding)\(words())")
    }

    /// Notes that a rule was broken.
    func violate(_ rule: Rule, _ detail: String) {
        note("judge", "BROKEN \(rule): \(detail)")
        violations.append(Simulation.Violation(rule: rule, detail: detail))
    }
}

/// A wall clock over the scheduler's time that may be wrong, and may step.
final class SimulatedWallClock: WallClock, @unchecked Sendable {
    // @unchecked: it lives on the scheduler's one thread.

    private let scheduler: DeterministicScheduler
    private let start: Timestamp
    /// How wrong the clock is.
    var error: Duration = .zero

    init(_ scheduler: DeterministicScheduler, start: Timestamp) {
        self.scheduler = scheduler
        self.start = start
    }

    func now() -> Timestamp { start.advanced(by: scheduler.now + error) }
}
