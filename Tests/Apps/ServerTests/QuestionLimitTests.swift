import AppRegistry
import BlockingExecutor
import Composition
import HTTPTransport
import LogModel
import RawSockets
import TestSupport
import Testing

@testable import Server

/// How much questions may ask of a process, and when what they held is free again.
@Suite("Limits of questions", .timeLimit(.minutes(2)))
struct QuestionLimitTests {
    private static let one = QuestionSlots.Asker.token(TokenID(unchecked: "token-of-the-tests"), of: AppID.fresh())

    @Test("T9: questions at a stage are bounded, in all and of one credential; the next waits for its turn")
    func slots() async throws {
        let slots = QuestionSlots(limit: 3, limitPerAsker: 2, patience: .seconds(60), waitingPerPlace: 8)
        let first = try await slots.enter(.admin)
        let second = try await slots.enter(.admin)
        let other = try await slots.enter(QuestionLimitTests.one)
        let waiting = Task { try await slots.enter(QuestionLimitTests.one) }
        await eventually { slots.waitingCount == 1 }
        let third = Task { try await slots.enter(.admin) }
        await eventually { slots.waitingCount == 2 }
        second.giveBack()
        let place = try await waiting.value
        // Given back twice, it frees one place.
        second.giveBack()
        #expect(slots.waitingCount == 1)
        first.giveBack()
        _ = try await third.value
        place.giveBack()
        other.giveBack()
        // All are free again, twice given back or not.
        _ = (try await slots.enter(.admin), try await slots.enter(QuestionLimitTests.one))
    }

    @Test("T9: whose credential has the fewest places is next, however many questions of another wait in front")
    func fairness() async throws {
        let slots = QuestionSlots(limit: 2, limitPerAsker: 2, patience: .seconds(60), waitingPerPlace: nil)
        let first = try await slots.enter(.admin)
        let second = try await slots.enter(.admin)
        let (order, entered) = AsyncStream.makeStream(of: QuestionSlots.Asker.self)
        let many = (0..<20).map { _ in
            Task {
                let place = try await slots.enter(.admin)
                entered.yield(.admin)
                return place
            }
        }
        await eventually { slots.waitingCount == 20 }
        let one = Task {
            let place = try await slots.enter(QuestionLimitTests.one)
            entered.yield(QuestionLimitTests.one)
            return place
        }
        await eventually { slots.waitingCount == 21 }
        first.giveBack()
        #expect(await order.first { _ in true } == QuestionLimitTests.one)
        for task in many { task.cancel() }
        for task in many { _ = await task.result }
        _ = try await one.value
        second.giveBack()
    }

    @Test("T9: who waits too long, or behind too many, is refused with 429 and Retry-After")
    func refusals() async throws {
        let slots = QuestionSlots(limit: 1, limitPerAsker: 1, patience: .milliseconds(50), waitingPerPlace: nil)
        let place = try await slots.enter(.admin)
        await #expect(throws: Problem.tooManyQuestions) { try await slots.enter(.admin) }
        let patient = QuestionSlots(limit: 1, limitPerAsker: 1, patience: .seconds(60), waitingPerPlace: 8)
        let held = try await patient.enter(.admin)
        let waiting = (0..<8).map { _ in Task { try await patient.enter(.admin) } }
        await eventually { patient.waitingCount == 8 }
        await #expect(throws: Problem.tooManyQuestions) { try await patient.enter(.admin) }
        for task in waiting { task.cancel() }
        for task in waiting { _ = await task.result }
        held.giveBack()
        _ = try await patient.enter(.admin)
        place.giveBack()
        #expect(Problem.tooManyQuestions.code == .tooManyQuestions && Problem.tooManyQuestions.retryAfter != nil)
    }

    @Test("T9: a question that goes on in the background frees its place in the foreground, and waits for one there")
    func background() async throws {
        let stages = QuestionLimitTests.stages(exports: 1)
        let turn = try await QuestionLimitTests.turn(.admin, stages)
        #expect(try await turn.carryOn { 1 } == 1 && turn.hasBegun)
        let second = try await QuestionLimitTests.turn(.admin, stages)
        await #expect(throws: Problem.tooManyQuestions) { try await second.carryOn { 2 } }
        turn.giveBack()
        // Its own place in the foreground is free again too.
        _ = (try await stages.foreground.enter(.admin), try await stages.background.enter(.admin))
    }

    @Test("T9: an export has a place among questions while a piece is made ready, and none while its client receives")
    func exports() async throws {
        let stages = QuestionLimitTests.stages(exports: 1)
        let turn = try await QuestionLimitTests.turn(.admin, stages)
        try await turn.becomeExport()
        turn.rest()
        var place = try await stages.foreground.enter(QuestionLimitTests.one)
        let resumed = Task { try await turn.resume() }
        await eventually { stages.foreground.waitingCount == 1 }
        place.giveBack()
        try await resumed.value
        // The same in the background.
        #expect(try await turn.carryOn { 1 } == 1)
        await #expect(throws: Problem.tooManyQuestions) { try await stages.background.enter(QuestionLimitTests.one) }
        turn.rest()
        place = try await stages.background.enter(QuestionLimitTests.one)
        place.giveBack()
        try await turn.resume()
        await #expect(throws: Problem.tooManyQuestions) { try await stages.background.enter(QuestionLimitTests.one) }
        // Open exports are bounded by themselves.
        let second = try await QuestionLimitTests.turn(QuestionLimitTests.one, stages)
        await #expect(throws: Problem.tooManyQuestions) { try await second.becomeExport() }
        turn.giveBack()
        try await second.becomeExport()
        _ = try await stages.background.enter(.admin)
    }

    @Test("T9: the tokens of an app have one share of the exports together")
    func sharePerApp() {
        let app = AppID.fresh()
        func token(_ name: String, of app: AppID) -> QuestionSlots.Asker { .token(TokenID(unchecked: name), of: app) }
        #expect(token("a", of: app).owner == token("b", of: app).owner && token("a", of: app) != token("b", of: app))
        #expect(token("a", of: app).owner != token("a", of: .fresh()).owner)
        #expect(QuestionSlots.Asker.admin.owner == .admin)
    }

    @Test("T9: who waits to open an export holds no place among questions meanwhile")
    func waitingExport() async throws {
        let stages = QuestionLimitTests.stages(exports: 1)
        let first = try await QuestionLimitTests.turn(.admin, stages)
        try await first.becomeExport()
        first.rest()
        let second = try await QuestionLimitTests.turn(.admin, stages)
        let waiting = Task { try await second.becomeExport() }
        await eventually { stages.exports.waitingCount == 1 }
        let place = try await stages.foreground.enter(QuestionLimitTests.one)
        first.giveBack()
        place.giveBack()
        try await waiting.value
    }

    @Test("T9: a search of an export lets others go first between its pieces; a question keeps its place")
    func giveWay() async throws {
        let stages = QuestionLimitTests.stages(exports: 1)
        let export = try await QuestionLimitTests.turn(.admin, stages)
        try await export.becomeExport()
        try await export.carryOn {}
        let other = Task { try await stages.background.reenter(QuestionLimitTests.one) }
        await eventually { stages.background.waitingCount == 1 }
        let waiting = Task { try await export.giveWay() }
        let place = try await other.value
        await eventually { stages.background.waitingCount == 1 }
        place.giveBack()
        try await waiting.value
        export.giveBack()
        let question = try await QuestionLimitTests.turn(.admin, stages)
        try await question.carryOn {}
        try await question.giveWay()
        await #expect(throws: Problem.tooManyQuestions) { try await stages.background.enter(.admin) }
    }

    @Test("T9: exports that wait for their next place are not counted among the questions that may wait")
    func waitingApart() async throws {
        let slots = QuestionSlots(limit: 1, limitPerAsker: 1, patience: .seconds(60), waitingPerPlace: 1)
        let place = try await slots.enter(.admin)
        let exports = (0..<3).map { _ in Task { try await slots.reenter(.admin) } }
        await eventually { slots.waitingCount == 3 }
        let question = Task { try await slots.enter(.admin) }
        await eventually { slots.waitingCount == 4 }
        await #expect(throws: Problem.tooManyQuestions) { try await slots.enter(.admin) }
        for task in exports + [question] { task.cancel() }
        for task in exports + [question] { _ = await task.result }
        place.giveBack()
    }

    /// Stages with a place each, for which nobody waits long.
    private static func stages(exports: Int) -> QuestionTurn.Stages {
        func slots(_ limit: Int) -> QuestionSlots {
            QuestionSlots(limit: limit, limitPerAsker: limit, patience: .milliseconds(50), waitingPerPlace: nil)
        }
        return QuestionTurn.Stages(foreground: slots(1), background: slots(1), exports: slots(exports))
    }

    /// A question that has a place in the foreground.
    private static func turn(_ asker: QuestionSlots.Asker, _ stages: QuestionTurn.Stages) async throws -> QuestionTurn {
        QuestionTurn(
            of: asker, try await stages.foreground.enter(asker), HeldPlace {}, isInBackground: false,
            executor: BackgroundThreads(name: "test", count: 1), stages: stages)
    }

    @Test("T9: 64 clients with one key are all answered; those that find no place at once wait for one")
    func sharedKey() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        let answer =
                            number % 2 == 0
                            ? try await bench.send(.get, "/v1/logs?app=shop&q=x", bearer: bench.adminKey)
                            : try await bench.send(
                                .post, "/v1/logs/query", bearer: bench.adminKey, body: #"{"app":"shop"}"#)
                        return answer.status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 200, count: 64))
        }
    }

    @Test("T9: a question has at most 64 KiB, whatever other bodies may have")
    func size() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            for (length, status) in [(60_000, 200), (64 << 10, 413), (300_000, 413)] {
                let text = String(repeating: "x", count: length)
                let body = #"{"app":"shop","where":[{"path":"m","op":"like","value":"\#(text)"}]}"#
                let answer = try await bench.send(.post, "/v1/logs/query", bearer: bench.adminKey, body: body)
                #expect(answer.status == status && (status == 200 || answer.code == "question_too_large"), "\(length)")
            }
        }
    }

    @Test("T15: a tail whose client has closed its connection frees its place at once")
    func closedTails() async throws {
        // One tail for an app; a heartbeat comes after an hour, and no event ever.
        try await ServerBench.run(["http.max_tails": "4", "http.tail_heartbeat": "1h"]) { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            for _ in 0..<20 {
                await eventually {
                    guard let connection = try? await RawConnection(port: bench.apiPort) else { return false }
                    try? await connection.send(
                        "GET /v1/logs/tail?app=shop HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n\r\n"
                    )
                    let head = (try? await connection.receive(upTo: 12)) ?? []
                    return String(decoding: head, as: UTF8.self) == "HTTP/1.1 200"
                }
                try Task.checkCancellation()
            }
        }
    }
}
