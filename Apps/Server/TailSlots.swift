import LogModel
import NIOConcurrencyHelpers

/// How many tails may be open, in all and for one app, so that no app keeps the others out.
final class TailSlots: Sendable {
    private let open = NIOLockedValueBox<[AppID: Int]>([:])
    private let limit: Int
    private let limitPerApp: Int

    init(limit: Int) {
        self.limit = limit
        limitPerApp = max(1, limit / 4)
    }

    /// Opens a tail; `nil` when there are too many.
    func take(for app: AppID) -> HeldPlace? {
        let isFree = open.withLockedValue { open in
            guard open.values.reduce(0, +) < limit, open[app, default: 0] < limitPerApp else { return false }
            open[app, default: 0] += 1
            return true
        }
        return isFree ? HeldPlace { self.giveBack(app) } : nil
    }

    private func giveBack(_ app: AppID) {
        open.withLockedValue { open in
            let left = open[app, default: 1] - 1
            open[app] = left > 0 ? left : nil
        }
    }
}
