import LogModel
import SeededNumbers

/// Makes lines of about 300 bytes as services write them; all follow from a seed.
struct LineMaker {
    private var numbers: SplitMix64

    /// A word of one line in twenty.
    static let commonWord = "timeout"
    /// A word of one line in fifty thousand.
    static let rareWord = "quarantined"
    /// A word of no line.
    static let absentWord = "nowhere-to-be-found"
    /// A service that an eighth of the lines are of.
    static let commonService = "checkout"
    /// A customer of one line in a hundred thousand or so.
    static let rareCustomer = "c-081723"

    private static let services = [
        "checkout", "catalogue", "billing", "shipping", "identity", "gateway", "search", "mailer",
    ]
    private static let routes = ["/v1/orders/", "/v1/items/", "/v1/invoices/", "/v1/parcels/", "/v1/sessions/"]
    private static let messages = [
        "the order was taken and is on its way", "the request was answered from the cache",
        "the invoice was written and handed to the mailer", "the parcel left the house, the carrier has it",
        "the session was prolonged by another thirty minutes",
        "the stock of the item was corrected after counting",
    ]

    init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    /// Adds one line and its newline.
    mutating func add(at moment: Timestamp, to bytes: inout [UInt8]) {
        let chance = numbers.next()
        let level = LineMaker.level(of: chance % 1000)
        let part = { (count: UInt64, shift: UInt64) in Int((chance >> shift) % count) }
        bytes.append(contentsOf: "{\"timestamp\":\"\(moment)\",\"level\":\"".utf8)
        bytes.append(contentsOf: level.utf8)
        bytes.append(contentsOf: "\",\"service\":\"".utf8)
        bytes.append(contentsOf: LineMaker.services[part(8, 10)].utf8)
        bytes.append(contentsOf: "\",\"host\":\"web-".utf8)
        add(UInt64(part(40, 13)), digits: 2, to: &bytes)
        bytes.append(contentsOf: "\",\"trace\":\"".utf8)
        add(numbers.next(), digits: 20, to: &bytes)
        bytes.append(contentsOf: "\",\"customer\":\"c-".utf8)
        add(numbers.next() % 100_000, digits: 6, to: &bytes)
        bytes.append(contentsOf: "\",\"method\":\"GET\",\"path\":\"".utf8)
        bytes.append(contentsOf: LineMaker.routes[part(5, 19)].utf8)
        add(numbers.next() % 1_000_000, digits: 6, to: &bytes)
        bytes.append(contentsOf: "\",\"status\":".utf8)
        bytes.append(contentsOf: (level == "error" ? "503" : level == "warn" ? "404" : "200").utf8)
        bytes.append(contentsOf: ",\"duration_ms\":".utf8)
        add(UInt64(part(900, 22)) + 100, digits: 3, to: &bytes)
        bytes.append(contentsOf: ".5,\"message\":\"".utf8)
        bytes.append(contentsOf: LineMaker.messages[part(6, 32)].utf8)
        switch numbers.next() % 50_000 {
        case 0: bytes.append(contentsOf: ", and was \(LineMaker.rareWord)".utf8)
        case 1...2500: bytes.append(contentsOf: ", after a \(LineMaker.commonWord) and one more try".utf8)
        case 2501...3500: bytes.append(contentsOf: #", said \"fine\"\n  at Worker.run (worker.js:81)"#.utf8)
        default: bytes.append(contentsOf: ", as it should be on such a day".utf8)
        }
        bytes.append(contentsOf: "\"}\n".utf8)
    }

    /// Levels in the proportions of a service that works.
    private static func level(of share: UInt64) -> String {
        switch share {
        case 0..<150: "debug"
        case 150..<850: "info"
        case 850..<870: "notice"
        case 870..<950: "warn"
        case 950..<995: "error"
        default: "fatal"
        }
    }

    private func add(_ number: UInt64, digits: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        for _ in 0..<digits { bytes.append(0x30) }
        for place in stride(from: start + digits - 1, through: start, by: -1) {
            bytes[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }
}
