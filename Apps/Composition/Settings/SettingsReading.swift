import AppRegistry
import FimidaraAdapter
import LocalFimidaraAdapter
import LogIngestion
import LogMaintenance
import LogModel

/// Reads single settings and keeps what is wrong with them, so that people see everything at once.
///
/// A setting that cannot be used reads as something that can; whoever reads must look at the complaints in the end.
final class SettingsReading {
    private let source: SettingsSource
    /// Settings of which something was said already.
    private(set) var faulty: Set<String>
    /// What is wrong.
    private(set) var complaints: [String]

    init(_ source: SettingsSource) {
        let faults = source.allFaults
        self.source = source
        faulty = Set(faults.compactMap(\.key))
        complaints = faults.map(\.words)
    }

    /// Notes that settings do not go together.
    func refuse(_ names: [String], _ words: String) {
        faulty.formUnion(names)
        complaints.append(words)
    }

    /// Whether people gave a setting, whatever its text is worth.
    func isGiven(_ name: String) -> Bool { faulty.contains(name) || optional(name) != nil }

    func optional(_ name: String) -> String? {
        SettingsCatalog.key(named: name).flatMap { source.value($0)?.text }
    }

    /// Where people gave a setting, for errors.
    private func place(_ name: String) -> String {
        guard let place = SettingsCatalog.key(named: name).flatMap({ source.value($0)?.place }) else { return name }
        return "\(name) from \(place)"
    }

    /// Notes what is wrong with a setting, unless its text was found wrong before.
    private func refuse<Value>(_ name: String, _ words: String, _ fallback: Value) -> Value {
        if faulty.insert(name).inserted { complaints.append("\(place(name)) \(words)") }
        return fallback
    }

    func text(_ name: String) -> String {
        guard let text = optional(name), !text.isEmpty else { return refuse(name, "must not be empty", "-") }
        guard !text.utf8.contains(0) else { return refuse(name, "must not have a zero byte", "-") }
        return text
    }

    func word(_ name: String, _ words: [String]) -> String {
        let text = text(name)
        guard words.contains(text) else { return refuse(name, "must be one of \(words.joined(separator: ", "))", text) }
        return text
    }

    func name(_ name: String, _ complaint: (String) -> String?) -> String {
        let text = text(name)
        guard let complaint = complaint(text) else { return text }
        return refuse(name, complaint, text)
    }

    func listener(_ name: String) -> Settings.Listener {
        Settings.Listener(host: text(name + ".host"), port: port(name + ".port"))
    }

    func port(_ name: String) -> Int {
        guard let port = Int(text(name)), (0...65_535).contains(port) else {
            return refuse(name, "must be a port from 0 to 65535", 0)
        }
        return port
    }

    func count(_ name: String) -> Int {
        guard let count = Int(text(name)), (1...1_000_000).contains(count) else {
            return refuse(name, "must be a number from 1 to 1000000", 1)
        }
        return count
    }

    func duration(_ name: String) -> Duration {
        guard let value = SettingsText.duration(text(name)) else { return refuse(name, "must be a time", .seconds(1)) }
        return value
    }

    func bytes(_ name: String) -> Int {
        guard let value = SettingsText.bytes(text(name)), value <= 1 << 30 else {
            return refuse(name, "must be a number of bytes up to 1GiB", 1)
        }
        return value
    }

    /// A number of bytes without the bound of those that are kept in memory.
    func manyBytes(_ name: String) -> Int64 {
        guard let value = SettingsText.bytes(text(name)), value <= 1 << 50 else {
            return refuse(name, "must be a number of bytes up to 1024TiB", 1)
        }
        return Int64(value)
    }

    /// A number of things without the bound of those that are kept in memory.
    func many(_ name: String) -> Int {
        guard let count = Int(text(name)), (1...1_000_000_000).contains(count) else {
            return refuse(name, "must be a number from 1 to 1000000000", 1)
        }
        return count
    }

    /// Bytes of folders by the ids of their apps.
    func bytesOfApps(_ name: String) -> [String: Int64] {
        var found: [String: Int64] = [:]
        for part in (optional(name) ?? "").split(separator: ",") {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty, let bytes = SettingsText.bytes(String(sides[1])) else {
                return refuse(name, "must be a list such as app_01m8…=10GiB,app_01m9…=1TiB, by ids of apps", [:])
            }
            guard AppID(String(sides[0])) != nil else {
                return refuse(
                    name, "has \"\(sides[0])\", which is no id of an app; \"logferry apps list\" shows the ids", [:])
            }
            guard found.updateValue(Int64(bytes), forKey: String(sides[0])) == nil else {
                return refuse(name, "has \"\(sides[0])\" twice", [:])
            }
        }
        return found
    }

    /// Origins of pages.
    func origins(_ name: String) -> Set<String> {
        let origins = (optional(name) ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
        for origin in origins where !LocalFimidara.isOrigin(origin) {
            return refuse(
                name,
                "has \"\(origin)\", which is no origin; write each as browsers send it, such as "
                    + "https://app.example.org or http://localhost:3000, without a path, and no *", [])
        }
        return Set(origins)
    }

    func days(_ name: String) -> Int? {
        optional(name).map { days($0, of: name) }
    }

    private func days(_ text: some StringProtocol, of name: String) -> Int {
        guard let days = Int(text), (1...36_500).contains(days) else {
            return refuse(name, "must have numbers of days from 1 to 36500", 36_500)
        }
        return days
    }

    func daysOfApps(_ name: String) -> [AppRetention] {
        guard let text = optional(name) else { return [] }
        return text.split(separator: ",").compactMap { part in
            guard let sign = part.lastIndex(of: "="), sign > part.startIndex else {
                return refuse(name, "must be a list such as checkout=30,search=7", nil)
            }
            return AppRetention(
                app: String(part[..<sign]), days: days(part[part.index(after: sign)...], of: name))
        }
    }

    func rate(_ name: String) -> Int {
        guard let value = SettingsText.rate(text(name)) else { return refuse(name, "must be a rate", 1) }
        return value
    }

    func key(_ name: String) -> Secret? {
        guard let text = optional(name) else { return nil }
        guard !ClientTokens.isWellFormed(text) else {
            return refuse(name, "has the form of a client token, and would never be compared as a key", nil)
        }
        do throws(KeyFault) {
            return try KeyRule.key(text)
        } catch {
            return refuse(name, "\(error)", nil)
        }
    }

    func url(_ name: String) -> String? {
        guard var text = optional(name) else { return nil }
        while text.hasSuffix("/") { text.removeLast() }
        guard let complaint = FimidaraNames.complaint(aboutURL: text) else { return text }
        return refuse(name, complaint, nil)
    }

    func store(dataDirectory: String) -> StoreChoice {
        do throws(SettingsError) {
            return try StoreChoice(optional("store.url"), dataDirectory: dataDirectory)
        } catch {
            if faulty.insert("store.url").inserted { complaints += error.complaints }
            return .sqlite(path: dataDirectory + "/logferry.sqlite")
        }
    }

    func redis() -> RedisSettings? {
        do throws(SettingsError) {
            return try RedisSettings(urls: optional("redis.urls"), whenDown: text("redis.when_down"))
        } catch {
            if faulty.insert("redis.urls").inserted { complaints += error.complaints }
            return nil
        }
    }

    func ingestion(
        into store: StoreChoice, claimLease: Duration, revisitAfter: Duration
    ) -> IngestionSettings {
        var ingestion = IngestionSettings()
        let name = "ingest.max_line_bytes"
        ingestion.maxLineBytes = bytes(name)
        if let most = store.longestLine, ingestion.maxLineBytes > most {
            ingestion.maxLineBytes = refuse(name, "can be \(most >> 20)MiB at most with this store.url", most)
        }
        ingestion.bytesInFlight = bytes("ingest.bytes_in_flight")
        ingestion.sealGrace = duration("seal.grace")
        ingestion.replaceAfter = duration("consume.replace_after")
        // A worker that vanished holds neither its run nor its objects for longer than this.
        ingestion.claimLease = claimLease
        // An interval of next to nothing must not spin while an app is slow.
        ingestion.revisitAfter = max(revisitAfter, .seconds(1))
        return ingestion
    }
}
