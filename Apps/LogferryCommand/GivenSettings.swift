import Composition

/// The settings on the command line and around it, and what is left of the arguments.
struct GivenSettings: Sendable {
    /// What the commands parse.
    let arguments: [String]
    private let flags: [String: String]
    private let environment: [String: String]
    private let file: String?

    /// The settings of the command that runs.
    @TaskLocal static var current: GivenSettings?

    /// Takes `--http-port 9000`, `--http-port=9000` and `--config FILE` out of the arguments.
    /// - Throws: ``SettingsError`` when a flag has no value, or holds a secret.
    init(arguments: [String], environment: [String: String]) throws {
        var rest: [String] = []
        var flags: [String: String] = [:]
        var file = environment["LOGFERRY_CONFIG"]
        var givenFile: String?
        var index = 0
        func value(of flag: Substring, _ inline: Substring?) throws -> String {
            if let inline { return String(inline) }
            index += 1
            guard index < arguments.count else { throw SettingsError("\(flag) needs a value") }
            return arguments[index]
        }
        while index < arguments.count {
            let argument = arguments[index]
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if argument == "--" {
                rest += arguments[index...]
                break
            } else if parts[0] == "--config" {
                let path = try value(of: parts[0], parts.dropFirst().first)
                guard givenFile == nil || givenFile == path else { throw GivenSettings.repeats("--config") }
                (file, givenFile) = (path, path)
            } else if let key = SettingsCatalog.keys.first(where: { $0.flag == parts[0] }) {
                let text = try value(of: parts[0], parts.dropFirst().first)
                guard !key.hidesSecret(text) else {
                    throw SettingsError(
                        "\(key.flag) holds a secret, and arguments can be read by others: use \(key.environmentName) or "
                            + "\(key.environmentName)_FILE")
                }
                guard flags[key.name] == nil || flags[key.name] == text else { throw GivenSettings.repeats(key.flag) }
                flags[key.name] = text
            } else {
                rest.append(argument)
            }
            index += 1
        }
        self.arguments = rest
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    private static func repeats(_ flag: String) -> SettingsError {
        SettingsError("\(flag) is given twice with different values")
    }

    /// Everything that was given, over the defaults of a command.
    func source(defaults: [String: String] = [:]) -> SettingsSource {
        SettingsSource(flags: flags, environment: environment, file: file, ofCommand: defaults)
    }

    /// What was given to the command that runs.
    /// - Throws: nothing in a program that was started by its arguments.
    static func given() throws -> GivenSettings {
        if let current { return current }
        return try GivenSettings(arguments: [], environment: [:])
    }

    /// The settings of the command that runs, over its own defaults.
    /// - Throws: ``SettingsError``.
    static func settings(defaults: [String: String] = [:]) throws -> Settings {
        try Settings(warned(defaults))
    }

    /// What can be read of the settings of the command that runs, for those who look at all that is wrong.
    /// - Throws: nothing in a program that was started by its arguments.
    static func draft(defaults: [String: String] = [:]) throws -> SettingsDraft {
        SettingsDraft(try warned(defaults))
    }

    private static func warned(_ defaults: [String: String]) throws -> SettingsSource {
        let source = try given().source(defaults: defaults)
        for warning in source.warnings { Terminal.complain("warning: \(warning)") }
        return source
    }
}
