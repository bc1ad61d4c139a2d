import LogQuery
import NIOConcurrencyHelpers

/// The place that a question has while it is answered, first in the foreground, then in the background.
final class QuestionTurn: BackgroundWork {
    /// The stages at which places are taken.
    struct Stages: Sendable {
        let foreground: QuestionSlots
        let background: QuestionSlots
        let exports: QuestionSlots
    }

    private struct State {
        var place: HeldPlace?
        var seat: HeldPlace?
        var export: HeldPlace?
        var isInBackground: Bool
    }

    private let state: NIOLockedValueBox<State>
    private let executor: any TaskExecutor
    private let asker: QuestionSlots.Asker
    private let stages: Stages

    /// - Parameters:
    ///   - asker: whose question it is.
    ///   - place: the place that it has.
    ///   - seat: its place in the line, which bounds how many wait; it is given back in the background.
    ///   - isInBackground: whether that is one in the background.
    ///   - executor: where it goes on in the background.
    ///   - stages: where further places are taken.
    init(
        of asker: QuestionSlots.Asker, _ place: HeldPlace, _ seat: HeldPlace, isInBackground: Bool,
        executor: any TaskExecutor, stages: Stages
    ) {
        state = NIOLockedValueBox(State(place: place, seat: seat, isInBackground: isInBackground))
        self.asker = asker
        self.executor = executor
        self.stages = stages
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
            rest()
            let isExport = state.withLockedValue { $0.export != nil }
            let place = try await isExport ? stages.background.reenter(asker) : stages.background.enter(asker)
            state.withLockedValue {
                $0.place = place
                $0.isInBackground = true
            }
        }
        state.withLockedValue { Self.take(&$0.seat) }?.giveBack()
        return try await withTaskExecutorPreference(executor) { try await work() }
    }

    /// Makes an export of the question: an answer that is sent as fast as its client receives it, piece by piece.
    ///
    /// Exports are bounded apart from questions, and have a place among these only while a piece is made ready.
    /// - Throws: ``Problem`` `too_many_questions`, or `CancellationError`.
    func becomeExport() async throws {
        // Whoever waits for this holds up no question.
        rest()
        let export = try await stages.exports.enter(asker.owner)
        let seat = state.withLockedValue { state in
            state.export = export
            return Self.take(&state.seat)
        }
        seat?.giveBack()
        try await resume()
    }

    /// Lets others have the place of an export between two pieces of a long search; a question of another kind keeps its
    /// place until it is answered.
    /// - Throws: as ``resume()``.
    func giveWay() async throws {
        guard state.withLockedValue({ $0.export != nil }) else { return }
        rest()
        try await resume()
    }

    /// Gives the place back while a piece of an export is sent.
    func rest() { state.withLockedValue { Self.take(&$0.place) }?.giveBack() }

    /// Takes a place again for the next piece of an export; does nothing when it has one.
    /// - Throws: ``Problem`` `too_many_questions` when none was free for a minute, or `CancellationError`.
    func resume() async throws {
        let (hasPlace, isInBackground) = state.withLockedValue { ($0.place != nil, $0.isInBackground) }
        guard !hasPlace else { return }
        let place = try await (isInBackground ? stages.background : stages.foreground).reenter(asker)
        state.withLockedValue { $0.place = place }
    }

    /// Frees what it has, when all of the answer is there.
    func giveBack() {
        let held = state.withLockedValue { [Self.take(&$0.place), Self.take(&$0.seat), Self.take(&$0.export)] }
        for place in held { place?.giveBack() }
    }

    private static func take(_ place: inout HeldPlace?) -> HeldPlace? {
        defer { place = nil }
        return place
    }
}
