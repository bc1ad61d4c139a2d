import Testing

@Suite("Judge of lock histories")
struct LockHistoryTests {
    private func holding(
        _ contender: Int, _ began: Int, until validUntil: Int, gaveBack: Int? = nil, fence: Int64, asked: Int? = nil
    ) -> LockHistory.Holding {
        LockHistory.Holding(
            contender: contender, asked: .milliseconds(asked ?? began), began: .milliseconds(began),
            validUntil: .milliseconds(validUntil), gaveBack: gaveBack.map { .milliseconds($0) }, fence: fence)
    }

    @Test("holders one after another are fine: given back, run out, or both at one moment")
    func fine() {
        let history = LockHistory(holdings: [
            holding(3, 40, until: 90, fence: 3), holding(1, 0, until: 50, gaveBack: 10, fence: 1),
            holding(2, 10, until: 40, fence: 2), holding(1, 95, until: 99, gaveBack: 120, fence: 4),
        ])
        #expect(history.faults().isEmpty)
    }

    @Test("a second holder inside the first one's validity is found")
    func overlap() {
        let history = LockHistory(holdings: [holding(1, 0, until: 50, fence: 1), holding(2, 49, until: 80, fence: 2)])
        #expect(history.faults() == [.overlap(1, 2, by: .milliseconds(1))])
    }

    @Test("a long holding is compared with all that follow, not with its neighbour alone")
    func nested() {
        let history = LockHistory(holdings: [
            holding(1, 0, until: 1000, fence: 1), holding(2, 10, until: 60, gaveBack: 20, fence: 2),
            holding(3, 500, until: 600, gaveBack: 510, fence: 3), holding(2, 1000, until: 1100, fence: 4),
        ])
        #expect(
            history.faults() == [.overlap(1, 2, by: .milliseconds(10)), .overlap(1, 3, by: .milliseconds(10))])
    }

    @Test("giving back late does not lengthen what was valid, and not giving back does not shorten it")
    func ends() {
        let late = LockHistory(holdings: [
            holding(1, 0, until: 50, gaveBack: 500, fence: 1), holding(2, 60, until: 90, fence: 2),
        ])
        #expect(late.faults().isEmpty)
        let never = LockHistory(holdings: [holding(1, 0, until: 50, fence: 1), holding(2, 30, until: 90, fence: 2)])
        #expect(never.faults().count == 1)
    }

    @Test("one contender that holds twice is as wrong as two")
    func twice() {
        let history = LockHistory(holdings: [holding(1, 0, until: 50, fence: 1), holding(1, 20, until: 80, fence: 2)])
        #expect(history.faults().count == 1)
    }

    @Test("a fence that stands still or goes back is found, where the order is beyond doubt")
    func fences() {
        let back = LockHistory(holdings: [
            holding(1, 0, until: 10, fence: 5), holding(2, 20, until: 30, fence: 5),
            holding(3, 40, until: 50, fence: 4),
        ])
        #expect(back.faults() == [.fence(5, then: 5), .fence(5, then: 4)])
        let doubtful = LockHistory(holdings: [
            holding(1, 30, until: 40, gaveBack: 31, fence: 2, asked: 5), holding(2, 20, until: 30, fence: 1, asked: 4),
        ])
        #expect(doubtful.faults().isEmpty)
    }

    @Test("one overlap planted among a thousand holdings is found, and nothing else", arguments: [0, 1, 500, 998])
    func planted(_ place: Int) {
        var holdings = (0..<1000).map { holding($0 % 4, $0 * 10, until: $0 * 10 + 9, fence: Int64($0 + 1)) }
        holdings[place] = holding(7, place * 10, until: place * 10 + 11, fence: Int64(place + 1))
        let faults = LockHistory(holdings: holdings.shuffled()).faults()
        #expect(faults == [.overlap(7, (place + 1) % 4, by: .milliseconds(1))])
    }
}
