import LogModel
import Testing

@testable import LogIngestion

@Suite("Visits of apps that are slow")
struct AppVisitsTests {
    private let apps = (0..<2).map { AppID(unchecked: "app_\($0)") }

    @Test("T75: the others are visited again while an app is slow")
    func again() {
        var visits = AppVisits(parallel: 4)
        visits.beginRound()
        #expect(visits.begin(apps[0]) && visits.begin(apps[1]))
        visits.take(.visited(apps[1], ConsumeFigures()))
        // It has just begun, as far as is known.
        visits.take(.paused)
        #expect(visits.isWaiting)
        for _ in 0..<3 {
            visits.take(.paused)
            #expect(!visits.isWaiting && visits.isBusy)
            visits.beginRound()
            #expect(!visits.begin(apps[0]) && visits.begin(apps[1]))
            visits.take(.visited(apps[1], ConsumeFigures()))
            #expect(visits.isWaiting)
        }
        visits.take(.visited(apps[0], ConsumeFigures()))
        #expect(!visits.isBusy)
    }

    @Test("T75: an app that was slow is not visited again in the run, and one that was busy at a pause is")
    func once() {
        var visits = AppVisits(parallel: 4)
        visits.beginRound()
        #expect(visits.begin(apps[0]) && visits.begin(apps[1]))
        visits.take(.paused)
        visits.take(.visited(apps[1], ConsumeFigures()))
        visits.take(.paused)
        #expect(!visits.isWaiting)
        visits.beginRound()
        let isBegunAgain = visits.begin(apps[1])
        #expect(isBegunAgain)
        visits.take(.visited(apps[0], ConsumeFigures()))
        visits.beginRound()
        let isSlowOneBegun = visits.begin(apps[0])
        #expect(!isSlowOneBegun)
        visits.take(.paused)
        #expect(visits.isWaiting)
        visits.take(.visited(apps[1], ConsumeFigures()))
        #expect(!visits.isBusy)
    }

    @Test("T75: a run ends though somebody is busy whenever a round has lasted long enough")
    func end() {
        var visits = AppVisits(parallel: 4)
        visits.beginRound()
        #expect(visits.begin(apps[0]) && visits.begin(apps[1]))
        var rounds = 0
        // The apps end in turn, each after the other one was begun anew.
        while visits.isBusy, rounds < 100 {
            visits.take(.paused)
            visits.take(.visited(apps[rounds % 2], ConsumeFigures()))
            rounds += 1
            guard visits.isBusy, !visits.isWaiting else { continue }
            visits.beginRound()
            for app in apps { _ = visits.begin(app) }
        }
        #expect(rounds < 10)
    }
}
