import AppRegistry
import DistributedLock
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import SdkProvisioning
import Testing

@testable import Server

/// What clients are told when the store fails.
@Suite("Answers about the store")
struct StoreConditionTests {
    private static func faults(_ condition: StoreCondition?) -> [any StoreFault] {
        let upstream = "postgres://db/logferry: SECRET detail"
        return [
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            StoreError(.unavailable, detail: upstream, condition: condition),
            LockStoreError(.unavailable, detail: upstream, condition: condition),
        ]
    }

    @Test("T98: what is known of a store that fails is told, whatever was asked of it")
    func conditions() {
        let words: [StoreCondition: String] = [
            .diskFull: "disk is full", .diskFails: "disk fails", .readOnly: "can only be read",
            .fileLost: "deleted or replaced", .commitsWait: "standby",
        ]
        for condition in StoreCondition.allCases {
            for fault in StoreConditionTests.faults(condition) {
                let problem = Problem(fault)
                #expect(problem.code == .storeUnavailable && problem.retryAfter != nil)
                #expect(problem.detail.contains(words[condition] ?? "no words"), "\(condition): \(problem.detail)")
                #expect(!problem.detail.contains("SECRET") && !problem.detail.contains("busy"))
            }
        }
    }

    @Test("T98: every error of a store says whether the same call may succeed later, in its words too")
    func passing() {
        for fault in StoreConditionTests.faults(nil) {
            #expect(fault.mayPass && "\(fault)".hasPrefix("unavailable: "), "\(fault)")
        }
        let lasting: [any StoreFault] = [
            StoreError(.broken, detail: "x"), StoreError(.conflict, detail: "x"),
            StoreError(.broken, detail: "x"), StoreError(.broken, detail: "x"),
            LockStoreError(.broken, detail: "x"), StoreError(.broken, detail: "x"),
            StoreError(.broken, detail: "x"), StoreError(.broken, detail: "x"),
            StoreError(.broken, detail: "x"),
        ]
        for fault in lasting { #expect(!fault.mayPass && !"\(fault)".hasPrefix("unavailable"), "\(fault)") }
        #expect(StoreError(.outcomeUnknown, detail: "").mayPass)
    }

    @Test("T98: locks that cannot be had are not called a store that cannot be reached")
    func locks() {
        for fault in StoreConditionTests.faults(nil) {
            let isLock = fault is LockStoreError
            #expect(Problem(fault).detail.contains("locks") == isLock)
            #expect(Problem(fault).code == .storeUnavailable)
        }
        #expect(Problem(LockStoreError(.broken, detail: "")).code == .internalError)
        #expect(Problem(StoreError(.broken, detail: "")).code == .internalError)
    }
}
