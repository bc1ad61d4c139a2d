import LogModel
import Testing

@testable import LocalFimidaraAdapter

@Suite("Dates in headers")
struct HTTPDateTests {
    @Test(
        "are written and read",
        arguments: [
            (1_795_221_695, "Sat, 21 Nov 2026 00:41:35 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_825_599, "Tue, 29 Feb 2000 11:59:59 GMT"),
        ])
    func roundTrip(seconds: Int64, text: String) {
        let moment = Timestamp(milliseconds: seconds * 1000)
        #expect(HTTPDate.text(of: moment) == text)
        #expect(HTTPDate.moment(of: text) == moment)
    }

    @Test(
        "in another form are not read",
        arguments: [
            "", "Saturday, 21-Nov-26 00:41:35 GMT", "Sat, 31 Feb 2026 00:41:35 GMT", "Sat, 21 Nov 2026 25:41:35 GMT",
        ])
    func refuse(text: String) {
        #expect(HTTPDate.moment(of: text) == nil)
    }
}
