import BlockingExecutor
import Foundation
import Testing

/// Backends and faults: what of a fault is seen from outside, and whether it stays within what is promised.
@Suite("Backends and faults", .serialized, .timeLimit(.minutes(90)))
struct FaultTableTests {
    /// Of all cells those that can be played here; `LOGFERRY_TEST_CELLS` names some of them, with semicolons.
    private static let cells: [FaultCell] = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["LOGFERRY_TEST_CELLS"]?.split(separator: ";").map(String.init)
        return FaultCell.all.filter { cell in
            switch cell.backend {
            case .postgres where !StoreKind.available.contains(.postgres): return false
            case .mongo where !StoreKind.available.contains(.mongo): return false
            case .redis where environment["LOGFERRY_TEST_REDIS"] == nil: return false
            default: break
            }
            if let named { return named.contains { cell.name.hasPrefix($0) } }
            return Counts.isSoak || cell.isQuick
        }.map { Counts.isSoak || named != nil ? $0 : $0.quick }
    }()

    @Test("every backend, every fault: nothing lost or doubled, lines go on in time, processes end, and it is said")
    func table() async throws {
        let (waiting, rows) = (Locked(Array(FaultTableTests.cells.enumerated())), Locked<[Int: [String]]>([:]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Cells wait most of the time; more of them at once would be seen in their figures.
            for _ in 0..<2 {
                group.addTask {
                    while let (index, cell) = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                        let row = await FaultTableTests.row(of: cell)
                        rows.withLock { $0[index] = row }
                    }
                }
            }
            try await group.waitForAll()
        }
        let done = rows.withLock { rows in rows.sorted { $0.key < $1.key }.map(\.value) }
        let lines = [FaultFigures.heads, FaultFigures.heads.map { _ in "---" }] + done
        print(lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n"))
        for pair in FaultCell.senseless { print("- \(pair.backend.rawValue), \(pair.fault): \(pair.why).") }
    }

    private static func row(of cell: FaultCell) async -> [String] {
        do {
            let scene = try await FaultScene(cell)
            do {
                let figures = try await scene.play()
                await scene.stop()
                judge(figures, of: cell)
                let row = figures.row(of: cell)
                print("cell: \(row.joined(separator: " | ")) answers: \(figures.answers)")
                if ProcessInfo.processInfo.environment["LOGFERRY_TEST_CELLS"] != nil { print(figures.words) }
                return row
            } catch {
                await scene.stop()
                throw error
            }
        } catch {
            Issue.record("\(cell.name): \(error)")
            return [cell.backend.rawValue, "\(cell.fault)", "not measured"]
        }
    }

    /// Marks are for a quiet machine; a busy one gets three times as long, and ten seconds.
    private static func judge(_ figures: FaultFigures, of cell: FaultCell) {
        let limits = cell.limits
        func expect(_ what: String, _ value: Duration, _ limit: Duration) {
            let mark = Counts.isSoak ? limit : limit * 3 + .seconds(10)
            #expect(value <= mark, "\(cell.name): \(what) \(value) of \(limit); \(cell.reason)")
        }
        #expect(figures.lost == 0 && figures.doubled == 0 && figures.acknowledged > 0, "\(cell.name): \(figures)")
        #expect(figures.answers.keys.allSatisfy { [200, 503].contains($0) }, "\(cell.name): \(figures.answers)")
        expect("stall", figures.stall, limits.stall)
        expect("stall of another app", figures.otherStall, limits.stall)
        expect("back after", figures.back, limits.back)
        expect("longest request", figures.request, limits.request)
        expect("/readyz", figures.readiness, limits.readiness)
        for end in figures.ends {
            expect("end of \(end.process)", end.after, limits.end)
            #expect(end.code == 0 || end.code == 69, "\(cell.name): \(end)")
        }
        guard let limit = limits.warning else { return }
        #expect(figures.warning != nil, "\(cell.name): nothing was said")
        if let warning = figures.warning { expect("first warning", warning.after, limit) }
    }
}
