/// What could be read of settings some of which may be wrong: for those who look at all the rest as well.
public struct SettingsDraft: Sendable {
    /// The settings; those that are wrong have values that stand in for them.
    let settings: Settings
    /// Everything that is wrong.
    let complaints: [String]
    /// Settings whose value stands in for one that is wrong.
    let faulty: Set<String>
    /// Whether all that was given could be read, be it right or wrong.
    let isWhole: Bool

    /// Reads settings.
    public init(_ source: SettingsSource) {
        let read = SettingsReading(source)
        settings = Settings(read)
        complaints = read.complaints
        faulty = read.faulty
        isWhole = !source.faults.contains(where: \.hidesOthers)
    }
}
