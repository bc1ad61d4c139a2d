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
        func refuse(_ words: String, hidesOthers: Bool = false) {
            faults.append(SettingsSource.Fault(key: nil, words: words, hidesOthers: hidesOthers))
        }
        let contents: PrivateFile.Contents
        do throws(FileTrouble) {
            guard let found = try PrivateFile.read(path, upTo: limit, followsLinks: true) else {
                refuse("the configuration file \(path) cannot be read: there is none", hidesOthers: true)
                return [:]
            }
            contents = found
        } catch {
            refuse("the configuration file \(error)", hidesOthers: true)
            return [:]
        }
        guard let node = try? JSONNode(parsing: contents.bytes), case .object = node else {
            refuse("the configuration file \(path) \(complaint(about: contents.bytes))", hidesOthers: true)
            return [:]
        }
        var reading = SettingsNode()
        reading.take(node, under: "")
        for (name, words) in reading.faults.sorted(by: { $0.key < $1.key }) {
            faults.append(
                SettingsSource.Fault(
                    key: SettingsCatalog.key(named: name)?.name,
                    words: "the configuration file \(path) has \"\(visibleText(name))\" \(words)"))
        }
        let values = reading.values
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

    /// What is wrong with a file that is no object.
    private static func complaint(about bytes: [UInt8]) -> String {
        let text = bytes.span
        guard isUTF8(text) else { return "is not UTF-8" }
        var reader = JSONReader()
        reader.skipSpace(text)
        do throws(JSONReader.Fault) {
            guard try reader.skipValue(text) == .object else {
                return "is no JSON object: write {\"http\": {\"port\": 8080}} or {\"http.port\": 8080}"
            }
            reader.skipSpace(text)
        } catch .tooDeep {
            return "is nested too deep for a file of settings"
        } catch {
            // The reader stands where the text is no JSON any more.
        }
        let line = bytes[..<min(reader.index, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
        return "is not JSON: look at line \(line)"
    }
}

/// The values of a JSON file of settings, and what is wrong with single ones.
private struct SettingsNode {
    /// Texts by the names of settings.
    private(set) var values: [String: String] = [:]
    /// What is wrong, by the names of settings or of objects of them.
    private(set) var faults: [String: String] = [:]

    /// Takes what is in a node; nothing that is wrong is among the values afterwards.
    mutating func take(_ node: JSONNode, under name: String) {
        switch node {
        case .text(let text): add(text, name)
        case .number(let text):
            if Int(text) == nil {
                refuse(name, "as \(text), which is no whole number")
            } else {
                add(text, name)
            }
        case .object(let members):
            var seen: Set<String> = []
            for member in members {
                let inner = name.isEmpty ? member.name : "\(name).\(member.name)"
                if !seen.insert(member.name).inserted { refuse(inner, "twice") }
                take(member.value, under: inner)
            }
        case .null: refuse(name, "as null: leave it out, or write a text or a whole number")
        case .flag, .array, .brokenText: refuse(name, "as what is neither a text nor a whole number")
        }
    }

    private mutating func add(_ text: String, _ name: String) {
        // By one name, or by {"a.b": 1, "a": {"b": 2}}: which of the two is meant, nobody can say.
        if values.updateValue(text, forKey: name) != nil { refuse(name, "twice") }
        if faults[name] != nil { values[name] = nil }
    }

    private mutating func refuse(_ name: String, _ words: String) {
        if faults[name] == nil { faults[name] = words }
        values[name] = nil
    }
}
