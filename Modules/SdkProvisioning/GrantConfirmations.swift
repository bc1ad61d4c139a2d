import LogModel

/// Remembers when the file store last confirmed that an app's folder is there, so that not each init asks.
actor GrantConfirmations {
    /// How long a folder that was seen counts as there.
    ///
    /// An app whose folder vanished logs nothing for this long.
    static let trust: Duration = .seconds(300)
    /// Beyond this many apps, what is stale is forgotten.
    private static let rememberedApps = 10_000

    private var confirmed: [AppID: (grant: AppGrant, at: Timestamp)] = [:]

    /// Whether a grant's folder was seen a short while ago.
    func isRecent(_ grant: AppGrant, of app: AppID, at now: Timestamp) -> Bool {
        guard let last = confirmed[app], last.grant == grant else { return false }
        // A clock that stepped back makes it stale rather than fresh for ever.
        return last.at <= now && now < last.at.advanced(by: GrantConfirmations.trust)
    }

    /// Notes that a grant's folder was seen.
    func confirm(_ grant: AppGrant, of app: AppID, at now: Timestamp) {
        if confirmed.count >= GrantConfirmations.rememberedApps {
            confirmed = confirmed.filter { isRecent($0.value.grant, of: $0.key, at: now) }
        }
        confirmed[app] = (grant, now)
    }
}
