@testable import LocalFimidaraAdapter

/// A response whose body was taken as a whole.
struct Answer: Sendable {
    let status: Int
    let headers: StorageHeaders
    let bytes: [UInt8]

    init(_ response: StorageResponse) async throws {
        status = response.status
        headers = response.headers
        switch response.body {
        case .bytes(let bytes): self.bytes = bytes
        case .chunks(let chunks):
            var all: [UInt8] = []
            for try await chunk in chunks { all += chunk }
            bytes = all
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body as JSON, or `null` when it is none.
    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

    /// The name of the first error, if there is one.
    var errorName: String? {
        guard case .array(let errors)? = json["errors"], case .string(let name)? = errors.first?["name"] else {
            return nil
        }
        return name
    }

    /// What a path of member names leads to, as text.
    func string(_ path: String...) -> String? {
        guard case .string(let text)? = value(path) else { return nil }
        return text
    }

    /// What a path of member names leads to, as a number.
    func integer(_ path: String...) -> Int64? {
        guard case .integer(let number)? = value(path) else { return nil }
        return number
    }

    /// What a path of member names leads to, as a yes or no.
    func flag(_ path: String...) -> Bool? {
        guard case .bool(let flag)? = value(path) else { return nil }
        return flag
    }

    /// The `name` of each object in an array.
    func names(in member: String) -> [String] {
        guard case .array(let items)? = json[member] else { return [] }
        return items.compactMap { item in
            guard case .string(let name)? = item["name"] else { return nil }
            return name
        }
    }

    private func value(_ path: [String]) -> JSONValue? {
        path.reduce(Optional(json)) { value, name in value?[name] }
    }
}
