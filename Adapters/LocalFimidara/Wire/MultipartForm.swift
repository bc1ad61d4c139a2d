internal import Glibc

/// Reads `multipart/form-data` (RFC 7578, RFC 2046) as it comes, however it is cut into chunks.
///
/// What it keeps between chunks is at most the header block of one part, or a piece of a delimiter.
struct MultipartForm: Sendable {
    enum Event: Sendable, Equatable {
        case partBegan(MultipartPart)
        case bytes([UInt8])
        case partEnded
    }

    private enum State { case preamble, afterDelimiter, headers, content, epilogue }

    private static let headerLimit = 16 * 1024
    private static let paddingLimit = 64
    private static let preambleLimit = 8 * 1024

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var preambleBytes = 0
    // The first delimiter may open the body; the line break that belongs to each delimiter is then only thought.
    private var pending: [UInt8] = [0x0D, 0x0A]

    /// Whether the closing delimiter has come.
    var isClosed: Bool { state == .epilogue }

    /// Takes the `Content-Type` of a request.
    /// - Throws: a failure with status 400 when it is no form, or has no boundary of 1 to 200 bytes.
    init(contentType: String?) throws {
        let type = HeaderParameters(contentType ?? "")
        guard type.value == "multipart/form-data" else {
            throw StorageFailure.invalid("The body must be multipart/form-data")
        }
        guard let boundary = type.parameters["boundary"], (1...200).contains(boundary.utf8.count) else {
            throw StorageFailure.invalid("The form has no boundary")
        }
        delimiter = [0x0D, 0x0A] + Array("--\(boundary)".utf8)
    }

    /// Takes the next bytes and tells what they bring.
    /// - Throws: a failure with status 400 when they cannot be part of a form.
    mutating func take(_ chunk: [UInt8]) throws -> [Event] {
        guard state != .epilogue else { return [] }
        pending.append(contentsOf: chunk)
        var events: [Event] = []
        var start = 0
        while let next = try step(from: start, into: &events) { start = next }
        pending.removeFirst(min(start, pending.count))
        if state == .epilogue { pending = [] }
        return events
    }

    /// Does one step from a position and gives the position after it; `nil` when more bytes are needed.
    private mutating func step(from start: Int, into events: inout [Event]) throws -> Int? {
        switch state {
        case .preamble: try skipPreamble(from: start)
        case .afterDelimiter: try passDelimiter(from: start)
        case .headers: try readHeaders(from: start, into: &events)
        case .content: readContent(from: start, into: &events)
        case .epilogue: nil
        }
    }

    private mutating func skipPreamble(from start: Int) throws -> Int? {
        let found = search(from: start)
        preambleBytes += found.end - start
        guard preambleBytes <= MultipartForm.preambleLimit else { throw malformed("a boundary is missing") }
        guard found.isWhole else { return found.end > start ? found.end : nil }
        state = .afterDelimiter
        return found.end + delimiter.count
    }

    /// Behind a delimiter stand `--` at the end of the form, else white space and a line break.
    private mutating func passDelimiter(from start: Int) throws -> Int? {
        guard pending.count >= start + 2 else { return nil }
        if pending[start] == UInt8(ascii: "-"), pending[start + 1] == UInt8(ascii: "-") {
            state = .epilogue
            return pending.count
        }
        var position = start
        while position < pending.count, pending[position] == 0x20 || pending[position] == 0x09 { position += 1 }
        guard position - start <= MultipartForm.paddingLimit else { throw malformed("a boundary does not end") }
        guard pending.count >= position + 2 else { return nil }
        guard pending[position] == 0x0D, pending[position + 1] == 0x0A else {
            throw malformed("a boundary does not end its line")
        }
        state = .headers
        return position + 2
    }

    private mutating func readHeaders(from start: Int, into events: inout [Event]) throws -> Int? {
        var lineStart = start
        var fields: [(name: String, value: String)] = []
        while let lineEnd = lineBreak(from: lineStart) {
            guard lineEnd - start <= MultipartForm.headerLimit else { throw malformed("a part's header is too long") }
            if lineEnd == lineStart {
                events.append(.partBegan(MultipartPart(headers: StorageHeaders(fields))))
                state = .content
                // A part may be empty: its line break is then the first of the delimiter.
                return lineEnd + 2
            }
            fields.append(try field(pending[lineStart..<lineEnd]))
            lineStart = lineEnd + 2
        }
        guard pending.count - start <= MultipartForm.headerLimit else { throw malformed("a part's header is too long") }
        return nil
    }

    private mutating func readContent(from start: Int, into events: inout [Event]) -> Int? {
        let found = search(from: start)
        if found.end > start { events.append(.bytes(Array(pending[start..<found.end]))) }
        guard found.isWhole else { return found.end > start ? found.end : nil }
        events.append(.partEnded)
        state = .afterDelimiter
        return found.end + delimiter.count
    }

    /// Where the next delimiter begins, or else where the pending bytes could turn into one.
    private func search(from start: Int) -> (end: Int, isWhole: Bool) {
        // Uploads are a gigabyte at most and mostly content, so the search is left to the C library.
        unsafe pending.withUnsafeBytes { bytes in
            unsafe delimiter.withUnsafeBytes { delimiter in
                guard let base = bytes.baseAddress, let wanted = delimiter.baseAddress else { return (start, false) }
                var position = start
                while position < bytes.count,
                    let found = unsafe memchr(base + position, 0x0D, bytes.count - position)
                {
                    let candidate = unsafe UnsafeRawPointer(found) - base
                    let length = min(delimiter.count, bytes.count - candidate)
                    if unsafe memcmp(found, wanted, length) == 0 { return (candidate, length == delimiter.count) }
                    position = candidate + 1
                }
                return (bytes.count, false)
            }
        }
    }

    private func lineBreak(from start: Int) -> Int? {
        pending.indices.dropFirst(start).dropLast().first { pending[$0] == 0x0D && pending[$0 + 1] == 0x0A }
    }

    private func field(_ line: ArraySlice<UInt8>) throws -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw malformed("a part's header line has no name")
        }
        return (
            name: String(decoding: line[..<colon], as: UTF8.self).trimmed,
            value: String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
        )
    }

    private func malformed(_ reason: String) -> StorageFailure {
        .invalid("The form is malformed: \(reason)")
    }
}
