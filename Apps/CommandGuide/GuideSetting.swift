/// A setting as completions and manual pages show it: it is given as a flag behind any command.
public struct GuideSetting: Sendable {
    /// The flag, `--http-port`; `nil` for a secret, which has none.
    public let flag: String?
    /// The environment variable.
    public let environmentName: String
    /// Whether the environment variable with `_FILE` behind it names a file that holds the value.
    public let takesFile: Bool
    /// The name as in files, `http.port`.
    public let name: String
    /// What it is for.
    public let summary: String
    /// What holds without it.
    public let fallback: String?
    /// The values that it takes, where they can be listed.
    public let values: [String]
    /// Whether its value is a file or folder.
    public let place: CommandTree.Argument.Place?

    /// Describes a setting.
    public init(
        name: String, flag: String?, environmentName: String, takesFile: Bool, summary: String, fallback: String?,
        values: [String] = [], place: CommandTree.Argument.Place? = nil
    ) {
        self.name = name
        self.flag = flag
        self.environmentName = environmentName
        self.takesFile = takesFile
        self.summary = summary
        self.fallback = fallback
        self.values = values
        self.place = place
    }
}
