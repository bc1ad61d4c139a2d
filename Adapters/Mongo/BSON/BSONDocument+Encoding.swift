/// Codes of BSON's kinds of values, as its specification gives them.
enum BSONKind {
    static let double: UInt8 = 0x01
    static let string: UInt8 = 0x02
    static let document: UInt8 = 0x03
    static let array: UInt8 = 0x04
    static let binary: UInt8 = 0x05
    static let objectID: UInt8 = 0x07
    static let boolean: UInt8 = 0x08
    static let date: UInt8 = 0x09
    static let null: UInt8 = 0x0A
    static let int32: UInt8 = 0x10
    static let timestamp: UInt8 = 0x11
    static let int64: UInt8 = 0x12
    static let decimal: UInt8 = 0x13
    static let minKey: UInt8 = 0xFF
    static let maxKey: UInt8 = 0x7F
}

extension BSONDocument {
    /// The document's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    fileprivate func encode(into bytes: inout [UInt8]) {
        encodeFramed(into: &bytes) { bytes in
            for member in members { member.value.encode(named: member.name, into: &bytes) }
        }
    }
}

extension BSONValue {
    /// Adds a member: kind, name, value.
    ///
    /// A name must not hold a NUL; those used here are this program's own.
    fileprivate func encode(named name: String, into bytes: inout [UInt8]) {
        bytes.append(kind)
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        switch self {
        case .double(let number): bytes.append(littleEndian: number.bitPattern)
        case .string(let text):
            bytes.append(littleEndian: UInt32(text.utf8.count + 1))
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        case .document(let document): document.encode(into: &bytes)
        case .array(let values):
            encodeFramed(into: &bytes) { bytes in
                for (index, value) in values.enumerated() { value.encode(named: String(index), into: &bytes) }
            }
        case .binary(let data):
            bytes.append(littleEndian: UInt32(data.count))
            bytes.append(0)
            bytes.append(contentsOf: data)
        case .boolean(let truth): bytes.append(truth ? 1 : 0)
        case .date(let number), .int64(let number): bytes.append(littleEndian: UInt64(bitPattern: number))
        case .int32(let number): bytes.append(littleEndian: UInt32(bitPattern: number))
        case .null, .minKey, .maxKey, .other: break
        }
    }

    private var kind: UInt8 {
        switch self {
        case .double: BSONKind.double
        case .string: BSONKind.string
        case .document: BSONKind.document
        case .array: BSONKind.array
        case .binary: BSONKind.binary
        case .boolean: BSONKind.boolean
        case .date: BSONKind.date
        // What was only passed over in reading is never sent.
        case .null, .other: BSONKind.null
        case .int32: BSONKind.int32
        case .int64: BSONKind.int64
        case .minKey: BSONKind.minKey
        case .maxKey: BSONKind.maxKey
        }
    }
}

/// Puts members between a document's length, which is known only behind them, and its end.
private func encodeFramed(into bytes: inout [UInt8], _ members: (inout [UInt8]) -> Void) {
    let start = bytes.count
    bytes.append(littleEndian: UInt32(0))
    members(&bytes)
    bytes.append(0)
    let length = UInt32(bytes.count - start)
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian number: some FixedWidthInteger) {
        for index in 0..<number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
}
