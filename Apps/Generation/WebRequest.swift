/// A request that a web server answered.
struct WebRequest {
    private let method: String
    private let path: String
    private let status: Int
    private let bytes: Int
    private let microseconds: Int
    private let client: String
    private let referrer: String?
    private let agent: String

    init(_ dice: inout Dice) {
        method = dice.pick(["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"])
        path = WebRequest.path(&dice)
        status = dice.pick([200, 200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 401, 404, 404, 429, 500, 503])
        bytes = status == 204 || status == 304 ? 0 : dice.roll(1 << (8 + dice.roll(10)))
        microseconds = 200 + dice.roll(1 << (10 + dice.roll(11)))
        client = "203.0.\(dice.roll(256)).\(dice.roll(256))"
        referrer = dice.roll(3) == 0 ? "https://shop.example/\(dice.pick(Words.places))?page=\(dice.roll(90))" : nil
        agent = dice.pick(Words.agents)
    }

    func write(to line: inout LineWriter) {
        line.add("level", status >= 500 ? "error" : status >= 400 ? "warn" : "info")
        line.add("logger", "http.access")
        line.add("client", client)
        line.add("method", method)
        line.add("path", path)
        line.add("status", status)
        line.add("bytes", bytes)
        line.add("duration_ms", thousandths: microseconds)
        if let referrer { line.add("referrer", referrer) }
        line.add("user_agent", agent)
    }

    private static func path(_ dice: inout Dice) -> String {
        switch dice.roll(4) {
        case 0: "/"
        case 1: "/products/\(dice.pick(Words.things))-\(dice.roll(9000))"
        case 2: "/search?q=\(dice.pick(Words.things))%20\(dice.pick(Words.places))&sort=price&page=\(dice.roll(40))"
        default: "/api/v2/orders/\(dice.digits(8))/items/\(dice.roll(30))"
        }
    }
}
