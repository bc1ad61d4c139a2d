/// A parameter of a statement; its type is known even when it is NULL.
enum PostgresValue {
    case integer(Int64?)
    case text(String?)
    case bytes([UInt8]?)
    /// `bigint[]`.
    case integers([Int64])
    /// `text[]`.
    case texts([String])
    /// `bytea[]`.
    case byteStrings([[UInt8]])

    /// The number of the type in the server's catalogue, which never changes.
    var type: UInt32 {
        switch self {
        case .bytes: 17
        case .byteStrings: 1001
        case .integer: 20
        case .text: 25
        case .texts: 1009
        case .integers: 1016
        }
    }

    /// 1 when the value is sent in the server's binary form.
    var format: Int32 {
        switch self {
        case .integer, .text, .bytes: 1
        case .integers, .texts, .byteStrings: 0
        }
    }

    /// Puts the value behind `buffer` and tells its length; `nil` for NULL.
    func append(to buffer: inout [UInt8]) -> Int? {
        let start = buffer.count
        switch self {
        case .integer(nil), .text(nil), .bytes(nil): return nil
        case .integer(let number?): buffer.append(bigEndian: number)
        case .text(let text?): buffer.append(contentsOf: text.utf8)
        case .bytes(let bytes?): buffer.append(contentsOf: bytes)
        case .integers(let numbers): append(numbers.map(String.init), to: &buffer)
        case .texts(let texts): append(texts.map(quoted), to: &buffer)
        case .byteStrings(let strings): append(strings.map(hexadecimal), to: &buffer)
        }
        return buffer.count - start
    }

    /// An array in the server's text form.
    private func append(_ elements: [String], to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "{\(elements.joined(separator: ","))}".utf8)
        buffer.append(0)
    }
}

/// Bytes as an element of an array.
private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = Array("\"\\\\x".utf8)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    text.append(UInt8(ascii: "\""))
    return String(decoding: text, as: UTF8.self)
}

/// An element of an array in the server's text form.
private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
        quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
}

extension [UInt8] {
    /// Adds a number in the byte order of the server's binary forms.
    @inline(__always)
    mutating func append(bigEndian number: some FixedWidthInteger) {
        for shift in stride(from: type(of: number).bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
