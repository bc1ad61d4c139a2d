import Composition
import LogModel
import LogQuery

/// Lets questions in: into a line, to a place in the foreground, and on to one in the background.
///
/// Only questions in the line are received and read, so that what waits holds little memory. Who finds no room in the line
/// waits a second in front of it, and is then refused: so those who ask again at once do so at a bounded pace.
struct QuestionDesk: Sendable {
    private let line: QuestionSlots
    private let stages: QuestionTurn.Stages
    private let executor: any TaskExecutor

    /// Questions of more bytes begin in the background: to read them and to make ready what they look for is work.
    private static let shortQuestion = 4 << 10
    /// How many questions are in the line for each place.
    private static let linePerPlace = 8
    /// How many exports may be open for each place.
    private static let exportsPerPlace = 4

    /// - Parameters:
    ///   - settings: say how many places there are.
    ///   - executor: where questions go on in the background.
    init(_ settings: Settings, executor: any TaskExecutor) {
        let (limit, perAsker) = (settings.maxQuestions, settings.maxQuestionsPerCredential)
        // Who waits in front of it is bounded by the connections: each has one request at a time.
        line = QuestionSlots(
            limit: limit * QuestionDesk.linePerPlace, limitPerAsker: perAsker * QuestionDesk.linePerPlace,
            patience: .seconds(1), waitingPerPlace: nil)
        let foreground = QuestionSlots(
            limit: limit, limitPerAsker: perAsker, patience: .seconds(1), waitingPerPlace: QuestionDesk.linePerPlace)
        // All of the line may wait for them.
        let background = QuestionSlots(
            limit: settings.maxLongQuestions, limitPerAsker: (perAsker + 1) / 2, patience: .seconds(10),
            waitingPerPlace: 2 * QuestionDesk.linePerPlace)
        // Between two pieces an open export holds no place, and of the store nothing.
        let mostExports = limit * QuestionDesk.exportsPerPlace
        let exports = QuestionSlots(
            limit: mostExports, limitPerAsker: max(1, mostExports / 4),
            patience: .seconds(1), waitingPerPlace: QuestionDesk.linePerPlace)
        stages = QuestionTurn.Stages(foreground: foreground, background: background, exports: exports)
        self.executor = executor
    }

    /// Takes a place in the line.
    /// - Throws: ``Problem`` `too_many_questions`, or `CancellationError`.
    func stand(_ asker: QuestionSlots.Asker) async throws -> HeldPlace { try await line.enter(asker) }

    /// Answers a question that was received, once there is a place for it.
    /// - Parameters:
    ///   - asker: whose question it is.
    ///   - seat: its place in the line, which it keeps as long as it may have to wait for another place.
    ///   - bytes: how long the question is.
    ///   - answer: answers it.
    /// - Returns: the answer.
    /// - Throws: what `answer` throws; ``Problem`` `too_many_questions`, or `CancellationError`.
    func serve<Answer: Sendable>(
        _ asker: QuestionSlots.Asker, _ seat: HeldPlace, bytes: Int,
        _ answer: @concurrent @Sendable @escaping (QuestionTurn) async throws -> Answer
    ) async throws -> Answer {
        let isShort = bytes <= QuestionDesk.shortQuestion
        let place = try await (isShort ? stages.foreground : stages.background).enter(asker)
        let turn = QuestionTurn(
            of: asker, place, seat, isInBackground: !isShort, executor: executor, stages: stages)
        guard !isShort else { return try await answer(turn) }
        return try await turn.carryOn { try await answer(turn) }
    }
}
