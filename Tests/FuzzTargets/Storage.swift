import HTTPTransport
import LogModel

@testable import FimidaraAdapter
@testable import LocalFimidaraAdapter

extension FuzzTarget {
    /// Forms: any pieces give the same parts, or all are refused.
    static let multipart = FuzzTarget(
        "multipart",
        seeds: [
            "\u{2}\u{0}\u{9}\u{0}\u{40}--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nbytes\r\n--b--\r\n",
            "\u{1}\u{0}\u{5}--b\r\nContent-Disposition: form-data; name=\"x\"; filename=\"a\\\"b\"\r\n\r\n\r\n--b\r\n\r\n--b--",
        ]
    ) { bytes in
        var steering = Steering(bytes)
        let cuts = steering.cuts(in: max(0, bytes.count - 7))
        let body = steering.rest
        let whole = FormReading(body, cuts: [])
        let pieces = FormReading(body, cuts: cuts)
        try expect(whole == pieces, "cut at \(cuts): \(pieces) and not \(whole)")
    }

    /// Ranges: what is granted lies within the file, in order.
    static let ranges = FuzzTarget(
        "ranges", seeds: ["bytes=0-3,10-", "bytes=-5", "bytes=5-2", "bytes 0-3/29", "bytes */7", "bytes=0-0,-1, 3-"]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        for size: Int64 in [0, 1, 29, .max] {
            guard let ranges = try? RangeRequest(header: text).resolved(in: size) else { continue }
            for range in ranges {
                try expect(range.lowerBound >= 0 && range.upperBound < size, "\(range) of \(size) is granted")
            }
            try expect(ranges.map(\.lowerBound) == ranges.map(\.lowerBound).sorted(), "\(ranges) are not in order")
        }
        if let range = ContentRange(text) {
            try expect(range.first >= 0 && range.first <= range.last && range.last < range.size, "\(text) is a range")
        }
    }

    /// Answers of the file store: a status and a body, of which no secret and no control character comes out.
    static let answers = FuzzTarget(
        "answers",
        seeds: [
            "\u{10}{\"errors\":[{\"name\":\"ServerError\",\"message\":\"Server error\"}]}",
            "\u{40}{\"errors\":[{\"name\":\"E\",\"message\":\"canary-secret\\n\",\"field\":\"f\"}]}", "\u{0}Not found",
        ]
    ) { bytes in
        var steering = Steering(bytes)
        let status = [400, 401, 403, 404, 409, 416, 429, 500, 502, 503][steering.byte() % 10]
        let answer = ErrorAnswer(status: status, headers: ["Retry-After": "x"], body: steering.rest)
        let failure = answer.failure(
            "call", needing: [], now: Timestamp(nanoseconds: 0), hiding: Secret("canary-secret"))
        let words = "\(failure)"
        try expect(!words.contains("canary-secret"), "the secret is in \(words)")
        try expect(
            words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
            "a control character is in \(words)")
    }
}

/// A form read in pieces, neighbouring bytes joined.
private struct FormReading: Equatable {
    var events: [MultipartForm.Event] = []
    var isRefused = false
    var isClosed = false

    init(_ body: [UInt8], cuts: [Int]) {
        guard var form = try? MultipartForm(contentType: "multipart/form-data; boundary=b") else { return }
        var start = 0
        for end in cuts.map({ min($0, body.count) }) + [body.count] where end >= start {
            do {
                for event in try form.take(Array(body[start..<end])) { add(event) }
            } catch {
                // What came before the fault depends on the pieces; that it is refused does not.
                isRefused = true
                events = []
                return
            }
            start = end
        }
        isClosed = form.isClosed
    }

    private mutating func add(_ event: MultipartForm.Event) {
        if case .bytes(let more) = event, case .bytes(let before)? = events.last {
            events[events.count - 1] = .bytes(before + more)
        } else {
            events.append(event)
        }
    }
}
