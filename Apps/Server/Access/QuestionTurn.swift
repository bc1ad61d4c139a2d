import LogQuery
import NIOConcurrencyHelpers

/// The place that a question has while it is answered, first in the foreground, then in the background.
final class QuestionTurn: BackgroundWork {
    private struct State {
        var place: HeldPlace?
        var seat: HeldPlace?
        var isInBackground: Bool
    }

    private let state: NIOLockedValueBox<State>
    private let executor: any TaskExecutor
    private let enterBackground: @Sendable () async throws -> HeldPlace

    /// - Parameters:
    ///   - place: the place that it has.
    ///   - seat: its place in the line, which bounds how many wait; it is given back in the background.
    ///   - isInBackground: whether that is one in the background.
    ///   - executor: where it goes on in the background.
    ///   - enterBackground: takes a place there, or waits for one.
    init(
        _ place: HeldPlace, _ seat: HeldPlace, isInBackground: Bool, executor: any TaskExecutor,
        enterBackground: @Sendable @escaping () async throws -> HeldPlace
    ) {
        state = NIOLockedValueBox(State(place: place, seat: seat, isInBackground: isInBackground))
        self.executor = executor
        self.enterBackground = enterBackground
    }

    /// Whether the question is in the background.
    var hasBegun: Bool { state.withLockedValue { $0.isInBackground } }

    /// Does work in the background; the first time, the place in the foreground is given back before one there is waited
    /// for.
    /// - Throws: ``Problem`` `too_many_questions`, `CancellationError`, or what the work throws.
    func carryOn<Value: Sendable>(
        _ work: @concurrent @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        if !hasBegun {
            state.withLockedValue { Self.take(&$0.place) }?.giveBack()
            let place = try await enterBackground()
            state.withLockedValue {
                $0.place = place
                $0.isInBackground = true
            }
        }
        state.withLockedValue { Self.take(&$0.seat) }?.giveBack()
        return try await withTaskExecutorPreference(executor) { try await work() }
    }

    /// Frees what it has, when all of the answer is there.
    func giveBack() {
        let (place, seat) = state.withLockedValue { (Self.take(&$0.place), Self.take(&$0.seat)) }
        place?.giveBack()
        seat?.giveBack()
    }

    private static func take(_ place: inout HeldPlace?) -> HeldPlace? {
        defer { place = nil }
        return place
    }
}
