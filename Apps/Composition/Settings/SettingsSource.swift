import Configuration
import Foundation
import LogModel
import SystemAdapter

/// Everything that people gave, with where each value came from: flags over environment over file over defaults.
public struct SettingsSource: Sendable {
    /// A value and where it came from.
    public struct Value: Sendable {
        /// The text.
        public let text: String
        /// `flag`, `environment`, `file`, `command` or `default`.
        public let origin: String
        /// What people gave it by, for errors: the flag, the variable, or the file with the setting's name.
        public let place: String
    }

    /// What is wrong with what was given.
    struct Fault: Sendable {
        /// The setting; `nil` when it is no single one.
        let key: String?
        let words: String
        /// Whether other settings could not be read for it.
        var hidesOthers = false
    }

    private let providers: [(origin: String, provider: any ConfigProvider)]
    private let file: String?
    /// Settings that a variable names a file for.
    private let filed: Set<String>
    /// What is odd and no error: environment names that are none of ours.
    public let warnings: [String]
    /// Everything that cannot be used; ``Settings/init(_:)`` throws it.
    let faults: [Fault]

    /// Gathers what was given, also when some of it cannot be used.
    /// - Parameters:
    ///   - flags: settings by name, from the command line.
    ///   - environment: the process's environment.
    ///   - file: a JSON file; `nil` for none.
    ///   - ofCommand: defaults of the command that runs, which hold when nobody gave anything else.
    public init(
        flags: [String: String], environment: [String: String], file: String?, ofCommand: [String: String] = [:]
    ) {
        let given = SettingsEnvironment(environment)
        var faults = given.faults
        warnings = given.warnings
        filed = given.filed
        self.file = file
        let fileValues = file.map { SettingsFile.values(in: $0, &faults) } ?? [:]
        providers = [
            ("flag", SettingsSource.provider("flag", flags)),
            ("environment", SettingsSource.provider("environment", given.values)),
            ("file", SettingsSource.provider("file", fileValues)),
            ("command", SettingsSource.provider("command", ofCommand)),
        ]
        self.faults = faults
    }

    /// All faults, those of single values included.
    var allFaults: [Fault] {
        faults
            + SettingsCatalog.keys.compactMap { key in
                guard let value = value(key), let complaint = SettingsText.complaint(value.text, key.kind) else {
                    return nil
                }
                // Whoever gives a URL where a number belongs has its password shown by nobody.
                let text = key.isSecret ? key.shown(value.text) : URLCredentials.removed(fromText: value.text)
                let shown = visibleText(String(text.prefix(100)))
                return Fault(key: key.name, words: "\(key.name) from \(value.place): \"\(shown)\" \(complaint)")
            }
    }

    /// The value of a setting; `nil` when nobody gave one and there is no default.
    public func value(_ key: SettingKey) -> Value? {
        let path = AbsoluteConfigKey(key.name.split(separator: ".").map(String.init))
        for (origin, provider) in providers {
            guard let found = try? provider.value(forKey: path, type: .string).value,
                case .string(let text) = found.content
            else { continue }
            return Value(text: text, origin: origin, place: place(of: key, origin))
        }
        return key.fallback.map { Value(text: $0, origin: "default", place: "its default") }
    }

    private func place(of key: SettingKey, _ origin: String) -> String {
        switch origin {
        case "flag": key.flag
        case "environment": key.environmentName + (filed.contains(key.name) ? "_FILE" : "")
        case "file": "the configuration file \(file ?? "")"
        default: "the command's default"
        }
    }

    private static func provider(_ name: String, _ values: [String: String]) -> any ConfigProvider {
        var pairs: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, text) in values {
            let path = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
            pairs[path] = ConfigValue(.string(text), isSecret: SettingsCatalog.key(named: key)?.takesFile ?? false)
        }
        return InMemoryProvider(name: name, values: pairs)
    }
}
