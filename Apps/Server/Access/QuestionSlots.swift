import AppRegistry
import LogModel
import NIOConcurrencyHelpers

/// How many questions may be at a stage of their work, in all and of one credential, so that none keeps the others waiting.
///
/// A question that finds no place waits a moment for one, and is refused when that is over. Whose credential has the fewest
/// places is next, and of those who waits the longest, so that many questions of one are not in front of the others'.
final class QuestionSlots: Sendable {
    /// Whose question it is.
    enum Asker: Hashable, Sendable {
        case admin
        case token(TokenID, of: AppID)
        /// All tokens of an app together.
        case app(AppID)

        /// Who makes a request that is let in.
        init(_ caller: Caller) {
            if case .client(let token) = caller { self = .token(token.id, of: token.app) } else { self = .admin }
        }

        /// Who has a share of what lasts: tokens are cheap, so those of an app have one together.
        var owner: Asker { if case .token(_, let app) = self { .app(app) } else { self } }
    }

    private struct Waiting {
        let number: UInt64
        let asker: Asker
        /// Whether it is answered already and has another bound.
        let isUnderWay: Bool
        let turn: AsyncStream<HeldPlace>.Continuation
    }

    private struct State {
        var inProgress: [Asker: Int] = [:]
        var waiting: [Waiting] = []
        var nextNumber: UInt64 = 0
    }

    private let limit: Int
    private let limitPerAsker: Int
    private let patience: Duration
    private let waitingPerPlace: Int?
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - limit: most questions in progress.
    ///   - limitPerAsker: most of them of one credential.
    ///   - patience: how long a question waits for a place, a quarter more or less.
    ///   - waitingPerPlace: how many questions may wait for each place; `nil` for any number, where something else bounds
    ///     it.
    init(limit: Int, limitPerAsker: Int, patience: Duration, waitingPerPlace: Int?) {
        self.limit = limit
        self.limitPerAsker = min(limit, limitPerAsker)
        self.patience = patience
        self.waitingPerPlace = waitingPerPlace
    }

    /// How long what is under way waits for its next place.
    private static let patienceUnderWay: Duration = .seconds(60)

    /// Takes a place, or waits for one.
    /// - Throws: ``Problem`` `too_many_questions`, or `CancellationError`.
    func enter(_ asker: Asker) async throws -> HeldPlace {
        try await enter(asker, patience: patience, waitingPerPlace: waitingPerPlace, isUnderWay: false)
    }

    /// Takes a place for a question that is answered already and gave its place back for a while.
    ///
    /// It waits up to a minute, a quarter more or less, however many others wait: something else bounds how many there are.
    /// - Throws: ``Problem`` `too_many_questions`, or `CancellationError`.
    func reenter(_ asker: Asker) async throws -> HeldPlace {
        try await enter(asker, patience: QuestionSlots.patienceUnderWay, waitingPerPlace: nil, isUnderWay: true)
    }

    private func enter(
        _ asker: Asker, patience: Duration, waitingPerPlace: Int?, isUnderWay: Bool
    ) async throws -> HeldPlace {
        let (turns, turn) = AsyncStream.makeStream(of: HeldPlace.self, bufferingPolicy: .bufferingNewest(1))
        let number: UInt64? = try state.withLockedValue { state in
            if hasRoom(for: asker, state) {
                state.inProgress[asker, default: 0] += 1
                return nil
            }
            if let waitingPerPlace {
                let others = state.waiting.filter { !$0.isUnderWay }
                guard others.count(where: { $0.asker == asker }) < limitPerAsker * waitingPerPlace,
                    others.count < limit * waitingPerPlace
                else { throw Problem.tooManyQuestions }
            }
            state.nextNumber += 1
            state.waiting.append(
                Waiting(number: state.nextNumber, asker: asker, isUnderWay: isUnderWay, turn: turn))
            return state.nextNumber
        }
        guard let number else { return place(of: asker) }
        // Not the same for all, or those who came together would be refused, and ask again, together for ever.
        let patience = patience * Double.random(in: 0.75...1.25)
        let timer = Task {
            try await Task.sleep(for: patience)
            self.leave(number)
        }
        defer {
            timer.cancel()
            leave(number)
        }
        for await place in turns { return place }
        try Task.checkCancellation()
        throw Problem.tooManyQuestions
    }

    /// How many wait for a place.
    var waitingCount: Int { state.withLockedValue { $0.waiting.count } }

    private func place(of asker: Asker) -> HeldPlace { HeldPlace { self.free(asker) } }

    private func hasRoom(for asker: Asker, _ state: State) -> Bool {
        state.inProgress.values.reduce(0, +) < limit && state.inProgress[asker, default: 0] < limitPerAsker
    }

    /// Who is next; of those with as few places the first in the line.
    private func nextIndex(_ state: State) -> Int? {
        state.waiting.indices.filter { hasRoom(for: state.waiting[$0].asker, state) }.min {
            state.inProgress[state.waiting[$0].asker, default: 0]
                < state.inProgress[state.waiting[$1].asker, default: 0]
        }
    }

    private func leave(_ number: UInt64) {
        let left = state.withLockedValue { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        left?.turn.finish()
    }

    private func free(_ asker: Asker) {
        let next: Waiting? = state.withLockedValue { state in
            let left = state.inProgress[asker, default: 1] - 1
            state.inProgress[asker] = left > 0 ? left : nil
            guard let index = nextIndex(state) else { return nil }
            let next = state.waiting.remove(at: index)
            state.inProgress[next.asker, default: 0] += 1
            return next
        }
        guard let next else { return }
        // A place that nobody takes frees itself.
        next.turn.yield(place(of: next.asker))
        next.turn.finish()
    }
}
