import HTTPTransport

/// Reads server-sent events as the HTML standard says.
struct EventStream {
    let answer: HTTPResponse
    private var buffer: [UInt8] = []

    /// What stands between two blank lines.
    struct Event {
        var id: String?
        var data: [String] = []
        var comments: [String] = []
    }

    init(_ answer: HTTPResponse) { self.answer = answer }

    /// The next event; `nil` at the end.
    mutating func next() async throws -> Event? {
        var event = Event()
        var isBlank = true
        while let line = try await line() {
            if line.isEmpty {
                if isBlank { continue }
                return event
            }
            isBlank = false
            let name = line.prefix { $0 != ":" }
            var value = line.dropFirst(name.count + 1)
            if value.first == " " { value.removeFirst() }
            switch name {
            case "id": event.id = String(value)
            case "data": event.data.append(String(value))
            case "": event.comments.append(String(value))
            default: break
            }
        }
        return nil
    }

    /// The next event that has data.
    mutating func records() async throws -> Event? {
        while let event = try await next() {
            if !event.data.isEmpty { return event }
        }
        return nil
    }

    /// A line ends with CR, LF or both.
    private mutating func line() async throws -> String? {
        while true {
            if let end = buffer.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            guard let piece = try await answer.body.next() else { return nil }
            buffer += piece
        }
    }
}
