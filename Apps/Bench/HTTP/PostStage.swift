/// Two servers that take lines: one that judges them, one that only reads what comes.
struct PostStage: PathStage {
    let limit = "a handler of the same server that only reads the body"
    private let input: String
    private let runner: CaseRunner
    /// What is in the file.
    private let content: Tally
    private let children = [ServingChild(), ServingChild()]
    private let ports: [UInt16]

    init(input: String, runner: CaseRunner) async throws {
        self.input = input
        self.runner = runner
        content = try await ScanCase.prepare(CaseTask(input: input))()
        var ports: [UInt16] = []
        do {
            for (child, handler) in zip(children, [LineHandler.scan, .read]) {
                ports.append(try await child.start(["serve-lines", handler.rawValue], limit: .seconds(86_400)))
            }
        } catch {
            for child in children { try? await child.stop() }
            throw error
        }
        self.ports = ports
    }

    /// What counts is what the server used, and nothing of the client.
    func run(_ side: Side) async throws -> CaseFigures {
        let index = side == .ours ? 0 : 1
        let before = try await children[index].use()
        let figures = try await runner.run(.post, CaseTask(input: input, url: "\(ports[index])"))
        let after = try await children[index].use()
        let expected = side == .ours ? content : Tally(bytes: content.bytes)
        guard figures.tally == expected else {
            throw BenchError("the server took \(figures.tally), and there are \(expected)")
        }
        return CaseFigures(
            tally: content, wall: figures.wall, client: 0, server: after.processor - before.processor,
            peakMemory: after.peakMemory, allocations: after.allocations - before.allocations)
    }

    func close() async throws {
        for child in children { try await child.stop() }
    }
}
