import LogModel
import SystemAdapter

/// The settings in a process's environment, and in the files that it names.
struct SettingsEnvironment {
    /// Texts by the names of settings.
    private(set) var values: [String: String] = [:]
    /// Settings whose text is that of a file.
    private(set) var filed: Set<String> = []
    private(set) var faults: [SettingsSource.Fault] = []
    private(set) var warnings: [String] = []

    /// Most bytes of a file that holds one setting.
    private static let fileLimit = 64 << 10

    init(_ environment: [String: String]) {
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("LOGFERRY_") && name != "LOGFERRY_CONFIG" {
            if let key = SettingsCatalog.keys.first(where: { $0.environmentName == name }) {
                take(text, of: key, isInFile: false)
            } else if let key = SettingsCatalog.keys.first(where: {
                $0.takesFile && $0.environmentName + "_FILE" == name
            }) {
                read(text, for: key, name)
            } else {
                let known = SettingsCatalog.keys.map(\.environmentName)
                let hint = SettingsCatalog.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
                warnings.append("the environment variable \(name) is none of ours and is ignored\(hint)")
            }
        }
    }

    private mutating func take(_ text: String, of key: SettingKey, isInFile: Bool) {
        guard values.updateValue(text, forKey: key.name) == nil else {
            return refuse(
                key, "\(key.environmentName) and \(key.environmentName)_FILE are both given: leave one of them out")
        }
        if isInFile { filed.insert(key.name) }
    }

    private mutating func read(_ path: String, for key: SettingKey, _ name: String) {
        do throws(FileTrouble) {
            guard let found = try PrivateFile.read(path, upTo: SettingsEnvironment.fileLimit, followsLinks: true) else {
                return refuse(key, "\(name): the file \(path) cannot be read: there is none")
            }
            if let complaint = FileTrust(user: ProcessUser.id).complaint(about: found.facts, at: path) {
                return refuse(key, "\(name): \(complaint)")
            }
            guard let text = String(validating: found.bytes, as: UTF8.self) else {
                return refuse(key, "\(name): the file \(path) is not UTF-8")
            }
            take(text.trimmingSpace, of: key, isInFile: true)
        } catch {
            refuse(key, "\(name): the file \(error)")
        }
    }

    private mutating func refuse(_ key: SettingKey, _ words: String) {
        faults.append(SettingsSource.Fault(key: key.name, words: words))
    }
}

extension String {
    /// The text without white space around it.
    fileprivate var trimmingSpace: String {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
