import LogModel
import SystemAdapter

/// A JSON file of settings, whose objects nest as the names have dots.
enum SettingsFile {
    /// Most bytes of a file of settings.
    private static let limit = 1 << 20

    /// The settings in a file.
    /// - Parameters:
    ///   - path: the file.
    ///   - faults: what is wrong is added here.
    /// - Returns: texts by the names of settings; none of a file that cannot be used.
    static func values(in path: String, _ faults: inout [SettingsSource.Fault]) -> [String: String] {
        func refuse(_ words: String) { faults.append(SettingsSource.Fault(key: nil, words: words)) }
        let contents: PrivateFile.Contents
        do throws(FileTrouble) {
            guard let found = try PrivateFile.read(path, upTo: limit, followsLinks: true) else {
                refuse("the configuration file \(path) cannot be read: there is none")
                return [:]
            }
            contents = found
        } catch {
            refuse("the configuration file \(error)")
            return [:]
        }
        var values: [String: String] = [:]
        do throws(SettingsNode.Fault) {
            try SettingsNode.flatten(contents.bytes, into: &values)
        } catch {
            switch error {
            case .malformed: refuse("the configuration file \(path) is not a JSON object of settings")
            case .twice(let name): refuse("the configuration file \(path) has \"\(visibleText(name))\" twice")
            }
            return [:]
        }
        for name in values.keys.sorted() where SettingsCatalog.key(named: name) == nil {
            let hint = SettingsCatalog.nearest(to: name, among: SettingsCatalog.keys.map(\.name))
            refuse(
                "the configuration file \(path) has an unknown key \"\(visibleText(name))\""
                    + (hint.map { "; did you mean \"\($0)\"?" } ?? ""))
        }
        let holdsSecret = values.contains { SettingsCatalog.key(named: $0.key)?.hidesSecret($0.value) ?? false }
        if holdsSecret, let complaint = FileTrust(user: ProcessUser.id).complaint(about: contents.facts, at: path) {
            refuse("the configuration file holds secrets, and \(complaint)")
        }
        return values
    }
}

/// The values of a JSON file of settings.
private enum SettingsNode {
    /// What is wrong with a file.
    enum Fault: Error {
        /// It is not an object of texts, whole numbers and such objects.
        case malformed
        /// It has a setting twice, by one name or by `{"a.b": 1, "a": {"b": 2}}`.
        case twice(String)
    }

    /// Reads a file.
    static func flatten(_ bytes: [UInt8], into values: inout [String: String]) throws(Fault) {
        guard let node = try? JSONNode(parsing: bytes), case .object = node else { throw .malformed }
        if let name = node.repeatedMember { throw .twice(name) }
        try flatten(node, into: &values, under: "")
    }

    private static func flatten(
        _ node: JSONNode, into values: inout [String: String], under name: String
    ) throws(Fault) {
        switch node {
        case .text(let text), .number(let text):
            if case .number = node, Int(text) == nil { throw .malformed }
            guard values.updateValue(text, forKey: name) == nil else { throw .twice(name) }
        case .object(let members):
            for member in members {
                try flatten(member.value, into: &values, under: name.isEmpty ? member.name : "\(name).\(member.name)")
            }
        case .null, .flag, .array, .brokenText: throw .malformed
        }
    }
}
