import RedisAdapter

/// Which Redis servers keep locks, and what to do while they are down.
struct RedisSettings: Sendable {
    /// What to do while locks cannot be had.
    enum WhenDown: String, Sendable, CaseIterable {
        /// Runs are skipped.
        case pause
        /// Runs go on without a lock, on the store's fence alone.
        case carryOn = "continue"
    }

    /// One server, or an odd number of them.
    let addresses: [RedisAddress]
    let whenDown: WhenDown

    /// Reads settings; `nil` when there is no server.
    /// - Throws: ``SettingsError``, which shows nothing of a URL but its number.
    init?(urls: String?, whenDown: String) throws(SettingsError) {
        guard let whenDown = WhenDown(rawValue: whenDown) else {
            throw SettingsError("redis.when_down must be pause or continue")
        }
        let texts = (urls ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
        guard !texts.isEmpty else { return nil }
        var addresses: [RedisAddress] = []
        for (index, text) in texts.enumerated() {
            do throws(RedisAddressError) {
                addresses.append(try RedisAddress(text))
            } catch {
                throw SettingsError("redis.urls: the URL number \(index + 1) \(error.description)")
            }
        }
        do throws(RedisSettingsError) {
            try RedisLockStore.check(addresses)
        } catch {
            throw SettingsError("redis.urls: \(error.description)")
        }
        self.addresses = addresses
        self.whenDown = whenDown
    }
}
