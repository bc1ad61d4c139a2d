extension FaultCell {
    /// All cells that make sense.
    static let all = fileStore + postgres + mongo + redis + sqlite

    /// Pairs that make no sense, and why.
    static let senseless: [(backend: TroubledBackend, fault: String, why: String)] = [
        (.fileStore, "failover", "it is one process: nothing takes over"),
        (.sqlite, "link down, answers swallowed, slow, failover", "it is a file: no link, and no second server"),
        (.sqlite, "frozen", "means that another process holds its write lock, as one does that was stopped in a write"),
        (.sqlite, "killed", "means its only worker, since there is no server; to end without one is to end as ever"),
    ]

    /// What outages have in common: nothing new is seen while they last, and then soon.
    private static func outage(
        _ backend: TroubledBackend, _ fault: Fault, _ lasts: Int, back: Int, stall: Int? = nil, request: Int,
        warning: Double? = 12,
        _ reason: String
    ) -> FaultCell {
        FaultCell(
            backend: backend, fault: fault, lasts: .seconds(lasts),
            limits: Limits(
                stall: .seconds(stall ?? lasts + back + 1), back: .seconds(back), request: .seconds(request),
                warning: warning.map { .seconds($0) }),
            reason: reason)
    }

    /// The outages that every server has.
    private static func outages(
        _ backend: TroubledBackend, request: Int, killedRequest: Int? = nil, _ reason: String
    ) -> [FaultCell] {
        [outage(backend, .killed, 12, back: 10, request: killedRequest ?? request, reason)]
            + [.frozen, .linkDown, .swallowed].map { outage(backend, $0, 20, back: 10, request: request, reason) }
    }

    private static func slow(
        _ backend: TroubledBackend, _ tenths: Int, _ lasts: Int, stall: Int, back: Int, request: Int,
        warning: Double? = nil, _ reason: String
    ) -> FaultCell {
        FaultCell(
            backend: backend, fault: .slow(tenths: tenths), lasts: .seconds(lasts),
            limits: Limits(
                stall: .seconds(stall), back: .seconds(back), request: .seconds(request),
                warning: warning.map { .seconds($0) }),
            reason: reason)
    }

    private static let fileStore: [FaultCell] = {
        let soon = "lines within ten seconds after it answers again; requests do not need it"
        return outages(.fileStore, request: 2, soon) + [
            slow(.fileStore, 1, 15, stall: 5, back: 5, request: 2, "a run has some ten calls in series"),
            slow(.fileStore, 10, 25, stall: 15, back: 10, request: 2, "a run has some ten calls in series"),
            slow(.fileStore, 40, 60, stall: 50, back: 10, request: 2, "a run has some ten calls in series"),
        ]
    }()

    /// Sixty round trips, as one call has too (`roundTripsOfCall`), and those of a question.
    private static let trips =
        "a run over two apps makes up to 30 round trips in series; a line that missed one, or whose run lost its lock as "
        + "the link turned slow, waits for two; the question that sees it makes up to four more"

    private static func slowDatabase(_ backend: TroubledBackend) -> [FaultCell] {
        [
            slow(backend, 1, 15, stall: 10, back: 10, request: 5, trips),
            slow(backend, 10, 70, stall: 66, back: 10, request: 30, trips),
            slow(backend, 40, 250, stall: 240, back: 10, request: 60, trips),
        ]
    }

    private static let postgres: [FaultCell] = {
        let soon = "lines within ten seconds; callers wait five seconds for a sign of life and ten for a connection"
        return outages(.postgres, request: 20, killedRequest: 16, soon) + slowDatabase(.postgres) + [
            outage(.postgres, .failoverFromFrozen, 3, back: 10, request: 20, "lines at most 10 s after the promotion"),
            outage(
                .postgres, .failoverFromKilled, 3, back: 10, request: 20, warning: nil,
                "lines at most 10 s after the promotion, so soon that nothing need be said"),
        ]
    }()

    private static let mongo: [FaultCell] = {
        let soon = "`patience` is 18 s; lines within ten seconds once it answers"
        return outages(.mongo, request: 20, soon) + slowDatabase(.mongo) + [
            outage(
                .mongo, .failoverFromFrozen, 1, back: 20, stall: 33, request: 20,
                "ten seconds after the majority acknowledges a write of the new primary, which takes up to ten; the stall has the election in it"
            )
        ]
    }()

    private static let redis: [FaultCell] = {
        let soon = "runs pause, and look again every five seconds at most; requests do not need it"
        let one = { (fault: Fault) in
            FaultCell(
                backend: .redis, fault: fault, lasts: .seconds(15),
                limits: Limits(stall: .seconds(5), back: .seconds(5), request: .seconds(2)),
                reason: "the majority of three is there; each call waits 50 ms for the one that is not")
        }
        let far = "a server gets 50 ms to answer, so it counts as one that is down: `longestCall`"
        return outages(.redis, request: 2, soon)
            + [1, 10, 40].map { slow(.redis, $0, 15, stall: 26, back: 10, request: 2, warning: 12, far) }
            + [one(.failoverFromFrozen), one(.failoverFromKilled)]
    }()

    private static let sqlite: [FaultCell] = {
        var killed = outage(
            .sqlite, .killed, 5, back: 35, request: 2, warning: nil,
            "the worker's lock lasts for `consume.lock_ttl`, 30 s; requests do not need it")
        killed.endsUnderFault = false
        return [
            killed,
            outage(
                .sqlite, .frozen, 20, back: 10, request: 2,
                "a call that writes waits ten seconds, then runs end `partial`; reading goes on"),
        ]
    }()
}
