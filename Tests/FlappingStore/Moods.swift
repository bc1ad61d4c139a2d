import BlockingExecutor
import Foundation
import LocalFimidaraAdapter
import SeededNumbers

/// What goes wrong when, decided by a seed.
final class Moods: Sendable {
    private enum Mood: CaseIterable {
        case calm, losesReplies, cutsBodies, stalls, expiresTokens, hidesConflicts, refusesAppends, slow
    }

    private let calmFile: String
    private let start = ContinuousClock.now
    private let dice: Locked<Dice>
    private let moods: [Mood]

    init(seed: UInt64, calmFile: String) {
        self.calmFile = calmFile
        var dice = Dice(seed: seed)
        // Appends are refused now and then: an SDK goes over to segments for good then.
        let usual: [Mood] = [
            .calm, .calm, .losesReplies, .losesReplies, .cutsBodies, .cutsBodies, .stalls, .expiresTokens,
            .hidesConflicts, .slow,
        ]
        moods = (0..<3600).map { second in
            second % 8 == 5 ? .refusesAppends : usual[dice.roll(usual.count)]
        }
        self.dice = Locked(dice)
    }

    func faults(on occasion: Faults.Occasion) -> [Faults.Fault] {
        // While this file is there, reads show no more than the first bytes of each file, so many as it says.
        if occasion.endpoint == "files/readFile", let text = FileManager.default.contents(atPath: calmFile + ".older"),
            let count = Int64(String(decoding: text, as: UTF8.self))
        {
            return [.showBeginning(bytes: count)]
        }
        guard !FileManager.default.fileExists(atPath: calmFile) else { return [] }
        let isUpload = occasion.endpoint == "files/uploadFile"
        let mood = moods[Int((ContinuousClock.now - start) / .seconds(1)) % moods.count]
        return dice.withLock { dice in
            switch mood {
            case .calm: return []
            case .losesReplies: return dice.roll(2) == 0 ? [.dropReply] : []
            case .cutsBodies: return dice.roll(2) == 0 ? [.cutBody(afterBytes: dice.roll(20_000))] : []
            case .stalls: return dice.roll(4) == 0 ? [.stall] : []
            case .expiresTokens: return isUpload && dice.roll(3) == 0 ? [.expireToken] : []
            case .hidesConflicts: return [.hideConflict, .delay(.milliseconds(dice.roll(30)))]
            case .refusesAppends: return isUpload && occasion.isAppend && dice.roll(10) == 0 ? [.refuseAppend] : []
            case .slow: return [.delay(.milliseconds(dice.roll(300)))]
            }
        }
    }
}

/// Numbers that can be rolled again.
struct Dice: Sendable {
    private var numbers: SplitMix64

    init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    /// A number from 0 to below `sides`.
    mutating func roll(_ sides: Int) -> Int { Int(numbers.next() % UInt64(sides)) }
}
