import DistributedLock
import InMemoryAdapter
import IngestionJobs
import LogModel
import Logging
import Testing

@testable import Worker

@Suite("Words about runs in trouble")
struct RunTroubleTests {
    @Test("T98: the log says whether a run did not begin, and why, or has ended and is not recorded")
    func words() {
        var run = Run(id: .mint(at: .epoch, from: SeededEntropy(seed: 1)), kind: .consumeLogs, startedAt: .epoch)
        run.state = .partial
        run.error = "unavailable: postgres: gone"
        run.figures.records = 12
        let store = StoreError(.unavailable, detail: "postgres: no answer")
        let lost = RunTrouble(RunNotRecorded(run: run, reason: store), of: .consumeLogs)
        #expect("\(lost.message)".hasPrefix("a run of consume-logs has ended, and that could not be recorded"))
        #expect(lost.metadata["state"] == "partial" && lost.metadata["records"] == "12")
        #expect(lost.metadata["reason"] == "unavailable: postgres: no answer")
        #expect(lost.metadata["error"] == "unavailable: postgres: gone")
        let noRecord = RunTrouble(store, of: .indexLogs)
        #expect("\(noRecord.message)".hasPrefix("index-logs could not begin: the store"))
        #expect(lost.mayPass && noRecord.mayPass)
        #expect(!RunTrouble(StoreError(.broken, detail: "torn"), of: .indexLogs).mayPass)
        #expect(noRecord.reason == "unavailable: postgres: no answer" && lost.reason == noRecord.reason)
        let noLock = RunTrouble(LockStoreError(.unavailable, detail: "redis: no answer"), of: .consumeLogs)
        #expect(noLock.message == "consume-logs skipped: its lock cannot be asked for")
        #expect(noLock.metadata["reason"] == "unavailable: redis: no answer")
    }
}
