/// Writes one JSON object behind the bytes that it is given.
struct LineWriter {
    private(set) var bytes: [UInt8]
    /// Whether the next member is the first of its object.
    private var isFirst = true

    init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Begins the object, or one that is the value of a member.
    mutating func open(_ key: StaticString? = nil) {
        if let key { begin(key) }
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// Ends the object that was begun last.
    mutating func close() {
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    /// Ends the line.
    mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    /// Adds a member with a whole number.
    mutating func add(_ key: StaticString, _ value: Int) {
        begin(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Adds a member with a number of so many thousandths.
    mutating func add(_ key: StaticString, thousandths value: Int) {
        begin(key)
        let fraction = String(value % 1000 + 1000).dropFirst()
        bytes.append(contentsOf: "\(value / 1000).\(fraction)".utf8)
    }

    /// Adds a member with a truth value.
    mutating func add(_ key: StaticString, _ value: Bool) {
        begin(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Adds a member with a text; what JSON wants escaped is.
    mutating func add(_ key: StaticString, _ value: String) {
        begin(key)
        write(value)
    }

    /// Adds a member with a list of texts.
    mutating func add(_ key: StaticString, _ values: [String]) {
        begin(key)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func begin(_ key: StaticString) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += Array(("\\u00" + (digits.count < 2 ? "0" : "") + digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
