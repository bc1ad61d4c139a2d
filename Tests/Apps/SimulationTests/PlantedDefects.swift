import LogCursor
import LogIngestion
import LogModel
import Simulation

/// Defects that others had, each put around a port of the shipped modules.
enum PlantedDefect: String, CaseIterable, Sendable {
    case noFence, bytesAskedFor, sealTooEarly, keyedByHead, watermarkByTime, tombstoneByAbsence, retryInSameFile
    case twoGenerations, cleanupWaitsForNobody, newAtOnce

    /// What it does to lines; that it is found counts only when the judge finds this.
    var harm: Rule {
        switch self {
        case .bytesAskedFor, .sealTooEarly, .keyedByHead, .watermarkByTime, .cleanupWaitsForNobody: .lost
        case .noFence, .tombstoneByAbsence, .retryInSameFile, .twoGenerations, .newAtOnce: .double
        }
    }

    /// Where a small run begins to look, shortly before the seed that is found from 1 on.
    var begin: UInt64 {
        switch self {
        case .noFence: 2
        case .retryInSameFile: 17
        case .cleanupWaitsForNobody: 9
        default: 1
        }
    }

    /// The parts of one world.
    var parts: SimulatedParts {
        var parts = SimulatedParts()
        switch self {
        case .noFence: parts.commits = { Unfenced(inner: $0, cursors: $1) }
        case .bytesAskedFor: parts.sources = { Changed(sources: $0) { Skipping(inner: $0) } }
        case .sealTooEarly: parts.settings = { $0.sealGrace = .zero }
        case .keyedByHead: parts.sources = { Changed(sources: $0) { HeadKeyed(inner: $0) } }
        case .watermarkByTime: parts.follower = { app, _, reader in TimeFollower(app: app, reader: reader) }
        case .tombstoneByAbsence:
            let seen = Box(Listings())
            parts.sources = { Changed(sources: $0) { Watching(inner: $0, seen: seen) } }
            parts.cursors = { Renaming(inner: $0) { request, _ in seen.value.life(of: request.object) } }
        case .retryInSameFile: parts.transport = { SameFile(inner: $0) }
        case .twoGenerations:
            parts.cursors = { Renaming(inner: $0) { _, owner in owner.text.utf8.last.map { "found by \($0 % 2)" } } }
        case .cleanupWaitsForNobody: parts.retention = { Impatient(inner: $0) }
        case .newAtOnce:
            parts.settings = { $0.replaceAfter = .zero }
            parts.taken = { _ in NothingTaken() }
        }
        return parts
    }
}
