import Configuration
import Foundation

/// Everything that people gave, with where each value came from: flags over environment over file over defaults.
public struct SettingsSource: Sendable {
    /// A value and where it came from.
    public struct Value: Sendable {
        /// The text.
        public let text: String
        /// `flag`, `environment`, `file`, `command` or `default`.
        public let origin: String
    }

    private let providers: [(origin: String, provider: any ConfigProvider)]
    /// What is odd and no error: environment names that are none of ours.
    public let warnings: [String]

    /// Gathers what was given.
    /// - Parameters:
    ///   - flags: settings by name, from the command line.
    ///   - environment: the process's environment.
    ///   - file: a JSON file; `nil` for none.
    ///   - ofCommand: defaults of the command that runs, which hold when nobody gave anything else.
    /// - Throws: ``SettingsError`` when a file cannot be read or holds unknown keys, or a value is not of its kind.
    public init(
        flags: [String: String], environment: [String: String], file: String?, ofCommand: [String: String] = [:]
    ) throws {
        var ours: [String: String] = [:]
        var warnings: [String] = []
        for (name, text) in environment where name.hasPrefix("LOGFERRY_") && name != "LOGFERRY_CONFIG" {
            if let key = SettingsCatalog.keys.first(where: { $0.environmentName == name }) {
                ours[key.environmentName.replacing("LOGFERRY_", with: "")] = text
            } else if let key = SettingsCatalog.keys.first(where: {
                $0.takesFile && $0.environmentName + "_FILE" == name
            }) {
                ours[key.environmentName.replacing("LOGFERRY_", with: "")] = try SettingsSource.secret(in: text, name)
            } else {
                let known = SettingsCatalog.keys.map(\.environmentName)
                let hint = SettingsCatalog.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
                warnings.append("the environment variable \(name) is none of ours and is ignored\(hint)")
            }
        }
        self.warnings = warnings.sorted()
        let fileValues = try file.map(SettingsSource.values(inFile:)) ?? [:]
        providers = [
            ("flag", SettingsSource.provider("flag", flags)),
            ("environment", EnvironmentVariablesProvider(environmentVariables: ours)),
            ("file", SettingsSource.provider("file", fileValues)),
            ("command", SettingsSource.provider("command", ofCommand)),
        ]
        for key in SettingsCatalog.keys {
            guard let value = value(key), let complaint = SettingsText.complaint(value.text, key.kind) else { continue }
            throw SettingsError("\(key.name) from the \(value.origin): \"\(value.text)\" \(complaint)")
        }
    }

    /// The value of a setting; `nil` when nobody gave one and there is no default.
    public func value(_ key: SettingKey) -> Value? {
        let path = AbsoluteConfigKey(key.name.split(separator: ".").map(String.init))
        for (origin, provider) in providers {
            guard let found = try? provider.value(forKey: path, type: .string).value,
                case .string(let text) = found.content
            else { continue }
            return Value(text: text, origin: origin)
        }
        return key.fallback.map { Value(text: $0, origin: "default") }
    }

    private static func provider(_ name: String, _ values: [String: String]) -> any ConfigProvider {
        var pairs: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, text) in values {
            let path = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
            pairs[path] = ConfigValue(.string(text), isSecret: SettingsCatalog.key(named: key)?.takesFile ?? false)
        }
        return InMemoryProvider(name: name, values: pairs)
    }

    private static func secret(in path: String, _ name: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingsError("\(name): the file \(path) cannot be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The settings in a JSON file, whose objects nest as the names have dots.
    private static func values(inFile path: String) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError("the configuration file \(path) cannot be read")
        }
        let node: SettingsNode
        do {
            node = try JSONDecoder().decode(SettingsNode.self, from: data)
        } catch {
            throw SettingsError("the configuration file \(path) is not a JSON object of settings")
        }
        var values: [String: String] = [:]
        try node.flatten(into: &values, under: "")
        for name in values.keys.sorted() where SettingsCatalog.key(named: name) == nil {
            let hint = SettingsCatalog.nearest(to: name, among: SettingsCatalog.keys.map(\.name))
            throw SettingsError(
                "the configuration file \(path) has an unknown key \"\(name)\""
                    + (hint.map { "; did you mean \"\($0)\"?" } ?? ""))
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
