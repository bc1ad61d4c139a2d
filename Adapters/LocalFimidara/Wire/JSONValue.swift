internal import FoundationEssentials

/// A JSON value; objects keep the order of their members.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONValue
    }

    /// Reads one value; members come in the order of their names.
    /// - Throws: a failure with status 400 for anything else than one well-formed value of at most 32 levels.
    init(parsing bytes: [UInt8]) throws {
        // The decoder recurses once per level, and so does the walk over its result.
        guard JSONValue.depth(of: bytes) <= 32 else { throw StorageFailure.malformedJSON }
        do {
            self = try JSONDecoder().decode(Parsed.self, from: Data(bytes)).value
        } catch {
            throw StorageFailure.malformedJSON
        }
    }

    /// The member of an object, or `nil`.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    private static func depth(of bytes: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var isInText = false
        var isEscaped = false
        for byte in bytes {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    /// What the decoder fills in.
    private struct Parsed: Decodable {
        let value: JSONValue

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Name.self) {
                value = .object(
                    try members.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                        Member(name: $0.stringValue, value: try members.decode(Parsed.self, forKey: $0).value)
                    })
                return
            }
            if var elements = try? decoder.unkeyedContainer() {
                var values: [JSONValue] = []
                while !elements.isAtEnd { values.append(try elements.decode(Parsed.self).value) }
                value = .array(values)
                return
            }
            value = try Parsed.scalar(decoder.singleValueContainer())
        }

        private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSONValue {
            if container.decodeNil() { return .null }
            if let flag = try? container.decode(Bool.self) { return .bool(flag) }
            if let integer = try? container.decode(Int64.self) { return .integer(integer) }
            if let number = try? container.decode(Double.self) { return .number(number) }
            return .string(try container.decode(String.self))
        }
    }

    /// Any member name.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
