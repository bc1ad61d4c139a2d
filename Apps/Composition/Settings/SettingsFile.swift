import Foundation
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
        do {
            try JSONDecoder().decode(SettingsNode.self, from: Data(contents.bytes)).flatten(into: &values, under: "")
        } catch {
            refuse("the configuration file \(path) is not a JSON object of settings")
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

/// A JSON file of settings.
private enum SettingsNode: Decodable {
    case text(String)
    case object([String: SettingsNode])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let number = try? container.decode(Int.self) {
            self = .text(String(number))
        } else {
            self = .object(try container.decode([String: SettingsNode].self))
        }
    }

    func flatten(into values: inout [String: String], under name: String) throws {
        switch self {
        case .text(let text): values[name] = text
        case .object(let members):
            for (key, node) in members { try node.flatten(into: &values, under: name.isEmpty ? key : "\(name).\(key)") }
        }
    }
}
