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

    /// A tail that is open until it is closed, or nobody holds it any more.
    final class Slot: Sendable {
        private let app: AppID
        private let slots: TailSlots
        private let isOpen = NIOLockedValueBox(true)

        fileprivate init(_ app: AppID, of slots: TailSlots) {
            self.app = app
            self.slots = slots
        }

        deinit { close() }

        /// Frees the place; more than once does nothing.
        func close() {
            let wasOpen = isOpen.withLockedValue { isOpen in
                defer { isOpen = false }
                return isOpen
            }
            if wasOpen { slots.giveBack(app) }
        }
    }

    /// Opens a tail; `nil` when there are too many.
    func take(for app: AppID) -> Slot? {
        let isFree = open.withLockedValue { open in
            guard open.values.reduce(0, +) < limit, open[app, default: 0] < limitPerApp else { return false }
            open[app, default: 0] += 1
            return true
        }
        return isFree ? Slot(app, of: self) : nil
    }

    private func giveBack(_ app: AppID) {
        open.withLockedValue { open in
            let left = open[app, default: 1] - 1
            open[app] = left > 0 ? left : nil
        }
    }
}
