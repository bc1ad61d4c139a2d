import LogModel
import TestSupport
import Testing

@Suite("CivilDay")
struct CivilDayTests {
    /// Walks the calendar day by day, by the rule that school teaches.
    private struct Walker {
        var (year, month, day) = (1970, 1, 1)

        var monthLength: Int {
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        }

        mutating func forward() {
            day += 1
            if day > monthLength { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }

        mutating func back() {
            day -= 1
            if day < 1 {
                month -= 1
                if month < 1 { (month, year) = (12, year - 1) }
                day = monthLength
            }
        }
    }

    @Test("agrees with a walk through the calendar, 600 years back and forth")
    func walk() {
        for direction in [Int64(1), -1] {
            var walker = Walker()
            var wrong = 0
            for step in 0..<Int64(219_000) {
                let day = CivilDay(number: step * direction)
                let parts = day.parts
                if parts != (walker.year, walker.month, walker.day) { wrong += 1 }
                if CivilDay(year: walker.year, month: walker.month, day: walker.day) != day { wrong += 1 }
                if direction > 0 { walker.forward() } else { walker.back() }
            }
            #expect(wrong == 0)
            #expect(abs(walker.year - 1970) == 599 || abs(walker.year - 1970) == 600)
        }
    }

    @Test("has no days that the calendar has not")
    func noSuchDay() {
        for year in [1900, 2023, 2024, 2000, 2100] {
            for month in -1...14 {
                for day in -1...33 {
                    var isThere = (1...12).contains(month) && day >= 1
                    if isThere {
                        let walker = Walker(year: year, month: month, day: 1)
                        isThere = day <= walker.monthLength
                    }
                    #expect((CivilDay(year: year, month: month, day: day) != nil) == isThere)
                }
            }
        }
    }

    @Test("reads and writes YYYY-MM-DD, and nothing else")
    func text() {
        for number in stride(from: Int64(0), to: 106_751, by: 97) {
            let day = CivilDay(number: number)
            #expect(CivilDay(text: day.description) == day && day.description.utf8.count == 10)
        }
        for text in [
            "", "2026-11-2", "2026-11-200", "2026-11-31", "2026_11_20", "2026-1-020", "20261120", "2026-11-2x",
            "-026-11-20", "２026-11-20", "2026-11-20 ",
        ] {
            #expect(CivilDay(text: text) == nil, "\(text)")
        }
    }

    @Test("a moment falls on the day whose midnight is at or before it", arguments: 0..<5 as Range<UInt64>)
    func ofMoment(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let moment = Timestamp(nanoseconds: Int64.random(in: -(1 << 62)...(1 << 62), using: &generator))
            let day = CivilDay(of: moment)
            #expect(day.start <= moment && moment < day.next.start)
        }
        #expect(CivilDay(of: Timestamp(nanoseconds: -1)).number == -1)
        #expect(CivilDay(of: Timestamp(nanoseconds: 86_399_999_999_999)).number == 0)
        #expect(CivilDay(of: Timestamp(nanoseconds: 86_400_000_000_000)).number == 1)
    }

    @Test("days outside the range of moments begin at its ends")
    func clamps() {
        #expect(CivilDay(number: 1 << 40).start.nanoseconds == .max)
        #expect(CivilDay(number: -(1 << 40)).start.nanoseconds == .min)
        #expect(CivilDay(number: 1) < CivilDay(number: 2))
    }
}
