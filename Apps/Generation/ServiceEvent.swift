/// Something that happened in a service, with what it was about.
struct ServiceEvent {
    private let level: String
    private let service: String
    private let message: String
    private let trace: String
    private let customer: String
    private let city: String
    private let amount: Int
    private let attempt: Int
    private let tags: [String]
    private let stack: String?

    init(_ dice: inout Dice) {
        level = dice.pick(["debug", "debug", "INFO", "info", "info", "info", "notice", "warning", "error", "fatal"])
        service = dice.pick(Words.services)
        let thing = dice.pick(Words.things)
        city = dice.pick(Words.places)
        message = ServiceEvent.message(&dice, thing, city)
        trace = dice.digits(32)
        customer = "c-\(dice.roll(100_000))"
        amount = dice.roll(500_000)
        attempt = dice.roll(5)
        tags = dice.roll(3) == 0 ? [thing, dice.pick(Words.services), "région:\(city)"] : []
        stack = level == "error" || level == "fatal" ? ServiceEvent.stack(&dice) : nil
    }

    func write(to line: inout LineWriter) {
        line.add("level", level)
        line.add("service", service)
        line.add("message", message)
        line.open("context")
        line.add("trace_id", trace)
        line.open("customer")
        line.add("id", customer)
        line.add("city", city)
        line.add("is_new", attempt == 4)
        line.close()
        line.add("amount", thousandths: amount)
        line.add("attempt", attempt)
        line.close()
        if !tags.isEmpty { line.add("tags", tags) }
        if let stack { line.add("stack", stack) }
    }

    private static func message(_ dice: inout Dice, _ thing: String, _ city: String) -> String {
        switch dice.roll(6) {
        case 0: "order of \(1 + dice.roll(9)) × \(thing) is on its way to \(city)"
        case 1: "the customer said: \"where is my \(thing)?\"\nand hung up"
        case 2: "file C:\\data\\\(thing)\\\(dice.digits(6)).bin was read in \(dice.roll(900)) ms"
        case 3: "cache\tmiss\t\(thing)/\(dice.digits(12))"
        case 4: "payment refused: card ends in \(1000 + dice.roll(9000)), \(city), 3 % fee"
        default:
            "\(thing) of \(city) was looked at \(dice.roll(400)) times within the last minute; nothing is to be done"
        }
    }

    private static func stack(_ dice: inout Dice) -> String {
        var text = "TimeoutError: no answer within \(dice.roll(60)) s"
        for _ in 0..<2 + dice.roll(6) {
            text +=
                "\n\tat \(dice.pick(Words.services)).\(dice.pick(Words.calls))(\(dice.pick(Words.things)).swift:"
                + "\(dice.roll(900)))"
        }
        return text
    }
}
